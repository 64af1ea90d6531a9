"""A provider and those that it succeeded are one provider, today's, wherever reports are read by provider. They are kept by code."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.questions import Question
from shared.directory.repository import stands_for, successors


async def codes_of(
    connection: AsyncConnection, providers: Collection[str]
) -> dict[str, frozenset[str]]:
    """The codes that each of these stands for: its own, and those of all that it succeeded. Of one that was succeeded itself its own
    alone: what it had succeeded is its successor's."""
    every = await stands_for(connection, providers)
    today = await successors(connection, every)
    found = {code: {code} for code in providers}
    for code in every:
        found.get(today.get(code, code), set()).add(code)
    return {provider: frozenset(codes) for provider, codes in found.items()}


async def told_as(
    connection: AsyncConnection, question: Question, codes: Collection[str]
) -> Mapping[str, str]:
    """The provider that reports about these are told of, by code; those left out are told of themselves. Where the question is about one
    provider all are its own, also where that was succeeded."""
    one = question.filters.provider
    return await successors(connection, codes) if one is None else dict.fromkeys(codes, one)
