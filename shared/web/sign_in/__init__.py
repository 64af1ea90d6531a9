"""Signing in and out, and which organisation to act for: included by the one service whose pages they are. The session cookie that
is set here is read by every service."""

from fastapi import APIRouter

from shared.web.sign_in import back_channel, organisations, pages, sign_out

router = APIRouter(include_in_schema=False)
for each in (pages, organisations, sign_out, back_channel):
    router.include_router(each.router)
