"""The development sign-in provider: OpenID Connect with the personas of `estate.toml`, one click each.

    python -m deploy.local.sign_in PORT

The protocol is `oidc-provider-mock`'s; its page is replaced, since that one lists bare subjects, takes any name that is
typed and fetches its style from elsewhere.
"""

import os
import sys

from jinja2 import ChoiceLoader, DictLoader
from oidc_provider_mock import User, app
from werkzeug.serving import WSGIRequestHandler, make_server

from deploy.local.people import Persona, personas

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Choose who to sign in as - Insight development sign-in</title>
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
<h1>Choose who to sign in as</h1>
<p>This page stands in for a real sign-in provider. Nobody here is real.</p>
<form method="post">
<ul>
{% for persona in personas %}
<li><button type="submit" name="sub" value="{{ persona.subject }}">{{ persona.name }}
<span>{{ persona.roles | join(", ") | replace("-", " ") }}, {{ persona.organisations | join(" and ") }}</span></button></li>
{% endfor %}
<li><button type="submit" name="action" value="deny">Nobody: go back without signing in</button></li>
</ul>
</form>
</main>
</body>
</html>
"""


class QuietHandler(WSGIRequestHandler):
    """Requests hold codes and tokens: they are not logged."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing."""


def serve(port: int) -> None:
    """Answers until it is ended."""
    # The library refuses plain HTTP unless told that this is development.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    people = personas()
    provider = app(user_claims=[_user(persona) for persona in people])
    provider.debug = False
    own_page = DictLoader({"authorization_form.html": PAGE})
    provider.jinja_loader = ChoiceLoader([own_page, provider.jinja_loader])
    provider.jinja_env.globals["personas"] = people
    handler = QuietHandler
    make_server("127.0.0.1", port, provider, threaded=True, request_handler=handler).serve_forever()


def _user(persona: Persona) -> User:
    return User(sub=persona.subject, claims={"name": persona.name})


if __name__ == "__main__":
    serve(int(sys.argv[1]))
