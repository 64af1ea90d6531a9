"""The pages of notifications, for operators only: the delivery log and the messages' histories."""

from fastapi import APIRouter, Depends

from services.notifications.pages import history, log
from shared.contracts.directory import Role
from shared.web.actors import require

router = APIRouter(include_in_schema=False, dependencies=[Depends(require(Role.OPERATOR))])
for part in (log, history):
    router.include_router(part.router)
