"""Every operation that programs have, tried with the key of the right and of the wrong organisation, with the administrator's, with a
session and with nothing."""

import httpx2
import pytest

from shared.contracts.directory import OrganisationKind, Role
from tests.intake.samples import BEARER, REPORT
from tests.permissions.estate import Estate, code_of
from tests.permissions.records import Records, make_key, records_of, send_report, told
from tests.permissions.rest import until_at_rest
from tests.permissions.rules import SUBJECT, Caller, Operation, State
from tests.permissions.table import OPERATIONS

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


@pytest.mark.parametrize("rule", OPERATIONS, ids=str)
async def test_each_key_opens_what_the_table_says(
    estate: Estate, records: Records, rule: Operation
) -> None:
    await until_at_rest(estate)
    before = await records_of(estate, rule.service)
    right = [caller for caller in Caller if rule.expected(caller) == rule.ok]
    for caller in Caller:
        if caller in right and rule.changes:
            continue
        response = await call(estate, records, rule, caller)
        assert response.status_code == rule.expected(caller), (caller, response.text)
        if caller not in {Caller.OWN, Caller.ADMINISTRATOR}:
            assert not told(rule, None, records, response), (caller, response.text)
    assert await records_of(estate, rule.service) == before
    if rule.changes:
        things = {
            "code": "Y90013",
            "key_id": (await make_key(estate, SUBJECT))[1],
            "reference": await send_report(estate, 1),
        }
        for caller in right:
            response = await call(estate, records, rule, caller, things)
            assert response.status_code in {rule.ok, 201}, (caller, response.text)


async def call(
    estate: Estate,
    records: Records,
    rule: Operation,
    caller: Caller,
    things: dict[str, str] | None = None,
) -> httpx2.Response:
    headers = {
        Caller.OWN: {"Authorization": f"Bearer {records.keys[1]}"},
        Caller.OTHERS: {"Authorization": f"Bearer {records.keys[2]}"},
        Caller.ADMINISTRATOR: BEARER,
    }.get(caller, {})
    client = await estate.visitor("intake", **headers)
    own = code_of(OrganisationKind.PRACTICE, 1)
    if caller is Caller.SESSION:
        client = (await estate.sign_in("intake", Role.REPORTER, own)).client
    area = 2 if caller is Caller.OTHERS else 1
    return await client.request(
        rule.method,
        rule.path.format(**(records.things(State.OPEN) | {"code": own} | (things or {}))),
        json=_body(rule, area),
        headers={"Idempotency-Key": caller.name} if rule.body == "report" else {},
    )


def _body(rule: Operation, area: int) -> object:
    """Of a report without a theme: area 2 is to keep few of the one that the others have."""
    reporter = code_of(OrganisationKind.PRACTICE, area)
    provider = code_of(OrganisationKind.ACUTE, area)
    one = {**REPORT, "reporter": reporter, "provider": provider, "text": "The car park was full."}
    return {
        "report": one,
        "bulk": {"reports": [{**one, "idempotency_key": f"bulk-{reporter}"}]},
        "organisation": {"name": "Practice of nobody", "kind": "practice"},
        "withdrawal": {"reason": "sent-twice"},
        "key": {"organisation": reporter, "label": "tests"},
    }.get(rule.body)


async def test_a_key_cannot_report_for_another_organisation(
    estate: Estate, records: Records
) -> None:
    program = await estate.visitor("intake", Authorization=f"Bearer {records.keys[2]}")
    body = {**REPORT, "reporter": code_of(OrganisationKind.PRACTICE, 1)}
    body["provider"] = code_of(OrganisationKind.ACUTE, 1)
    await until_at_rest(estate)
    before = await records_of(estate, "intake")
    response = await program.post(
        "/api/v1/reports", json=body, headers={"Idempotency-Key": "foreign"}
    )
    assert response.status_code == 422
    assert await records_of(estate, "intake") == before
