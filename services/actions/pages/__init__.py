"""The pages of actions, all under `/cases`: the list, the case, the provider's answer and the practice's word on it."""

from fastapi import APIRouter

from services.actions.pages import answer, case, lists, plan, receipt

# The lists first: `/cases/actions` is no case.
PARTS = (lists, case, answer, plan, receipt)

router = APIRouter(include_in_schema=False)
for part in PARTS:
    router.include_router(part.router)
