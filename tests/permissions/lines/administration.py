"""Routes of intake for administrators."""

from tests.permissions.rules import (
    Directory,
    Rule,
)


def _directory(
    method: str, path: str, who: Directory, shows: str = "the directory; no report", ok: int = 200
) -> Rule:
    """Forms are sent empty: who gets to the mistakes in them may fill them in."""
    return Rule("intake", method, path, who, shows, ok=ok, names_organisations=True)


ORGANISATION = "/administration/organisations/{code}"
ALL, OWN = Directory(), Directory(one=True)
WHOLE, WHOLE_ONE = Directory(whole=True), Directory(whole=True, one=True)
ADMINISTRATION = [
    _directory("GET", "/administration", ALL),
    _directory("GET", "/administration/members", ALL),
    _directory("GET", "/administration/organisations/new", WHOLE),
    _directory("POST", "/administration/organisations/new", WHOLE, ok=422),
    _directory("GET", ORGANISATION, OWN),
    *(
        _directory(method, f"{ORGANISATION}/{part}", who, ok=ok)
        for part, who in (
            ("details", WHOLE_ONE),
            ("contacts", OWN),
            ("services", WHOLE_ONE),
            ("policy", WHOLE_ONE),
            ("members/new", OWN),
            ("members/{member_id}", OWN),
            ("members/{member_id}/remove", OWN),
            ("close", WHOLE_ONE),
        )
        for method, ok in (("GET", 200), ("POST", 422))
    ),
    # it is open: past every check of who asks
    _directory("GET", f"{ORGANISATION}/reopen", WHOLE_ONE, ok=409),
    _directory("POST", f"{ORGANISATION}/reopen", WHOLE_ONE, ok=422),
    _directory("GET", f"{ORGANISATION}/history", OWN),
    _directory("GET", f"{ORGANISATION}/history.csv", OWN),
    _directory("GET", "/administration/keys", ALL, "labels of keys, never a key"),
    _directory("GET", "/administration/keys/new", ALL),
    _directory("POST", "/administration/keys/new", ALL, "the new key, once", ok=422),
    _directory("GET", "/administration/keys/{key_id}/revoke", OWN, "a key's label"),
    _directory("POST", "/administration/keys/{key_id}/revoke", OWN, "the same", ok=303),
    _directory("GET", "/administration/imports", WHOLE),
    _directory("POST", "/administration/imports", WHOLE, ok=422),
    # no such import: past every check of who asks
    _directory("GET", "/administration/imports/{import_id}", WHOLE, ok=404),
    _directory("POST", "/administration/imports/{import_id}", WHOLE, ok=404),
]
