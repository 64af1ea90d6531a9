"""Doors of intake for programs."""

from tests.permissions.rules import (
    Keys,
    Operation,
)

OPERATIONS = (
    Operation(
        "intake",
        "POST",
        "/api/v1/reports",
        Keys(),
        "a report of the key's organisation",
        body="report",
        ok=201,
    ),
    Operation(
        "intake",
        "POST",
        "/api/v1/reports/bulk",
        Keys(),
        "reports of the key's organisation",
        body="bulk",
    ),
    Operation(
        "intake", "GET", "/api/v1/reports/{reference}", Keys(record=True), "how the report stands"
    ),
    Operation(
        "intake",
        "POST",
        "/api/v1/reports/{reference}/withdrawal",
        Keys(record=True),
        "when it was withdrawn",
        body="withdrawal",
    ),
    Operation(
        "intake",
        "PUT",
        "/api/v1/directory/organisations/{code}",
        Keys(administrators=True),
        "the directory",
        body="organisation",
    ),
    Operation(
        "intake",
        "GET",
        "/api/v1/directory/organisations/{code}",
        Keys(record=True),
        "the key's own organisation",
    ),
    Operation("intake", "GET", "/api/v1/directory/providers", Keys(), "names of providers"),
    *(
        Operation(
            "intake",
            method,
            f"/api/v1/directory/imports{path}",
            Keys(administrators=True),
            "the directory",
            ok=ok,
        )
        for method, path, ok in (
            ("POST", "", 415),  # no file: past every check of who asks
            # no such import: past every check of who asks
            ("GET", "/{import_id}", 404),
            ("POST", "/{import_id}/apply", 404),
        )
    ),
    Operation(
        "intake",
        "POST",
        "/api/v1/keys",
        Keys(administrators=True),
        "the new key",
        body="key",
        ok=201,
    ),
    Operation(
        "intake", "DELETE", "/api/v1/keys/{key_id}", Keys(administrators=True), body="none", ok=204
    ),
)
