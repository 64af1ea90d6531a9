"""One trace id leads from the API's door to the mail's acceptance."""

from uuid import uuid4

from deploy.local.estate import Estate
from tests.end_to_end.collector import Collector
from tests.end_to_end.records import all_records, headers_of
from tests.end_to_end.running import administrator, mail_about, settled
from tests.support.waiting import eventually

REPORT = {
    "reporter": "Y90002",
    "provider": "RZ2",
    "kind": "event",
    "tenet": "effectiveness",
    "service": "crisis-team",
    "happened_on": "2026-11-20",
    "harm": "low",
    "text": "The crisis team rang the surgery instead of the patient, and the letter came a week later.",
}
ON_THE_WAY = {
    "insight.reports.v1": {"insight.report.submitted.v1"},
    "insight.themes.v1": {"insight.themes.assigned.v1"},
    "insight.cases.v1": {"insight.case.opened.v1"},
    "insight.messages.v1": {"insight.message.settled.v1"},
}


async def test_a_report_and_all_that_follows_share_the_trace_of_its_request(
    estate: Estate, collector: Collector
) -> None:
    trace_id = uuid4().hex
    async with administrator(estate) as client:
        answer = await client.post(
            "/api/v1/reports",
            json=REPORT,
            headers={
                "Idempotency-Key": f"trace-{trace_id}",
                "traceparent": f"00-{trace_id}-{uuid4().hex[:16]}-01",
            },
        )
    assert answer.status_code == 201, answer.text
    await mail_about(estate, answer.json()["reference"], "acknowledge this report")
    await settled(estate)

    assert await types_of_trace(estate, trace_id) == ON_THE_WAY

    async def spans_have_arrived() -> bool:
        spans = collector.of_trace(trace_id)
        services = {service for service, _ in spans}
        assert services >= {
            "insight-intake",
            "insight-classification",
            "insight-actions",
            "insight-notifications",
            "insight-reporting",
        }
        assert ("insight-notifications", "send mail") in spans
        assert ("insight-intake", "POST /api/v1/reports") in spans
        return True

    await eventually(spans_have_arrived)


async def types_of_trace(estate: Estate, trace_id: str) -> dict[str, set[str]]:
    """By topic, the types of the facts that carry this trace id."""
    found: dict[str, set[str]] = {}
    for record in await all_records(estate):
        headers = headers_of(record)
        if headers.get("traceparent", "").split("-")[1:2] == [trace_id]:
            topic = record.topic.removeprefix(estate.settings.topic_prefix)
            found.setdefault(topic, set()).add(headers["ce_type"])
    return found
