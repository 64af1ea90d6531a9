"""The development sign-in provider: OpenID Connect with the personas of `estate.toml`, one click each.

    python -m deploy.local.sign_in PORT

The protocol is `oidc-provider-mock`'s; its pages are replaced, since its own list bare subjects, take any name that is typed
and fetch their style from elsewhere.
"""

import os
import sys

from jinja2 import ChoiceLoader, DictLoader
from oidc_provider_mock import User, app
from werkzeug.serving import WSGIRequestHandler, make_server

from deploy.local.people import Persona, personas

LAYOUT = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{% block title %}{% endblock %} - Insight development sign-in</title>
<style>
body { font: 1.125rem/1.5 Arial, sans-serif; color: #212b32; background: #f0f4f5; margin: 0 }
main { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
ul { list-style: none; padding: 0 }
li { margin: 0 0 .75rem }
button { font: inherit; text-align: left; width: 100%; padding: .75rem 1rem; cursor: pointer; color: #005eb8;
  background: #fff; border: 1px solid #768692; border-radius: 4px }
button:hover { border-color: #005eb8 }
button:focus { outline: 4px solid #ffeb3b; color: #212b32; background: #ffeb3b }
button span { display: block; color: #4c6272; font-size: 1rem }
button:focus span { color: #212b32 }
</style>
</head>
<body>
<main>
<h1>{{ self.title() }}</h1>
<p>This page stands in for a real sign-in provider. Nobody here is real.</p>
{% block content %}{% endblock %}
</main>
</body>
</html>
"""

CHOICE = """\
{% extends "development.html" %}
{% block title %}Choose who to sign in as{% endblock %}
{% block content %}
<form method="post">
<ul>
{% for persona in personas %}
<li><button type="submit" name="sub" value="{{ persona.subject }}">{{ persona.name }}
<span>{% if persona.roles %}{{ persona.roles | join(", ") | replace("-", " ") }}, {{ persona.organisations | join(" and ") }}{% else %}a stranger, in no organisation{% endif %}</span></button></li>
{% endfor %}
<li><button type="submit" name="action" value="deny">Nobody: go back without signing in</button></li>
</ul>
</form>
{% endblock %}
"""

SIGN_OUT = """\
{% extends "development.html" %}
{% block title %}Sign out of the sign-in provider{% endblock %}
{% block content %}
<form method="post" action="{{ end_session_confirm_url }}">
{% if redirect_uri %}<input type="hidden" name="redirect_uri" value="{{ redirect_uri }}">{% endif %}
<button type="submit">Sign out</button>
</form>
{% endblock %}
"""

STRANGER = Persona("lee.winter", "Lee Winter", roles=(), organisations=())
"""Somebody to see by what those are told whom the directory does not know."""


class QuietHandler(WSGIRequestHandler):
    """Requests hold codes and tokens: they are not logged."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


def serve(port: int) -> None:
    """Answers until it is ended."""
    # The library refuses plain HTTP unless told that this is development.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    people = [*personas(), STRANGER]
    provider = app(user_claims=[_user(persona) for persona in people])
    provider.debug = False
    own_pages = DictLoader(
        {
            "development.html": LAYOUT,
            "authorization_form.html": CHOICE,
            "end_session_form.html": SIGN_OUT,
        }
    )
    provider.jinja_loader = ChoiceLoader([own_pages, provider.jinja_loader])
    provider.jinja_env.globals["personas"] = people
    handler = QuietHandler
    make_server("127.0.0.1", port, provider, threaded=True, request_handler=handler).serve_forever()


def _user(persona: Persona) -> User:
    return User(sub=persona.subject, claims={"name": persona.name})


if __name__ == "__main__":
    serve(int(sys.argv[1]))
