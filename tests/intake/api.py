"""Programs' doors as tests use them."""

import httpx2

from tests.intake.samples import REPORT

PATH = "/api/v1/reports"
ORGANISATIONS = "/api/v1/directory/organisations"


async def send(
    program: httpx2.AsyncClient, report: object = REPORT, key: str = "key-1"
) -> httpx2.Response:
    return await program.post(PATH, json=report, headers={"Idempotency-Key": key})


async def key_for(program: httpx2.AsyncClient, organisation: str) -> dict[str, str]:
    made = await program.post(
        "/api/v1/keys", json={"organisation": organisation, "label": "their system"}
    )
    assert made.status_code == 201
    found: dict[str, str] = made.json()
    return found


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def is_problem(answer: httpx2.Response, status: int) -> bool:
    return (
        answer.status_code == status
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["status"] == status
    )
