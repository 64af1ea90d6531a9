"""What is to be looked at for signals, and what is known of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.domain.cubes import EVERY, MonthOf
from services.reporting.domain.joining import Joining
from services.reporting.domain.signals import EVERYWHERE, Counted, Days, Monthly, Subject
from services.reporting.repository.joining import joining_of
from services.reporting.repository.locks import Lock
from services.reporting.repository.succession import codes_of
from shared.contracts.reports import Kind, Tenet
from shared.directory.repository import successors
from shared.platform.database import columns_of, insert_rows

_COUNTED = f"month_of = '{MonthOf.EVENT}' AND sub_theme = '{EVERY}'"


async def touch(connection: AsyncConnection, subjects: Iterable[Subject]) -> None:
    """Their counts have moved, by this transaction: somebody is to look."""
    await insert_rows(connection, tables.touched_subject, [_row(each) for each in sorted(subjects)])


async def touch_areas(connection: AsyncConnection, areas: Collection[str]) -> None:
    """So have those of everything in these areas, and of what is not in them any more."""
    if areas:
        await connection.execute(_TOUCH_AREAS, {"areas": list(areas)})


_TOUCH_AREAS = text(f"""
    INSERT INTO touched_subject (area, provider, theme)
    SELECT area, provider, theme FROM place_count
    WHERE area = ANY(CAST(:areas AS text[])) AND {_COUNTED} AND theme <> '{EVERY}'
    UNION
    SELECT area, provider, theme FROM watched_subject WHERE area = ANY(CAST(:areas AS text[]))
""")  # noqa: S608 - our own values


async def touch_providers(connection: AsyncConnection, codes: Collection[str]) -> None:
    """So have those of these providers in all areas: others answer for them than before."""
    if codes:
        await connection.execute(_TOUCH_PROVIDERS, {"codes": list(codes)})


_TOUCH_PROVIDERS = text(f"""
    INSERT INTO touched_subject (area, provider, theme)
    SELECT area, provider, theme
    FROM (SELECT DISTINCT area FROM area_member) AS known CROSS JOIN unnest(CAST(:codes AS text[])) AS concerned (provider)
    JOIN place_count USING (area, provider)
    WHERE {_COUNTED} AND theme <> '{EVERY}'
    UNION
    SELECT area, provider, theme FROM watched_subject WHERE provider = ANY(CAST(:codes AS text[]))
""")  # noqa: S608 - our own values


async def with_successors(
    connection: AsyncConnection, subjects: Sequence[Subject]
) -> list[Subject]:
    """What moves the counts of a provider that was succeeded moves those of its successor. Its own subjects stay, so that what is open of
    them is withdrawn."""
    today = await successors(connection, _providers_of(subjects))
    later = {
        replace(each, provider=today[each.provider]) for each in subjects if each.provider in today
    }
    return sorted({*subjects, *later})


async def take_watch(connection: AsyncConnection) -> bool:
    """Whether it is ours to look until the transaction ends: one process at a time does, so that nobody tells what another tells."""
    mine = select(func.pg_try_advisory_xact_lock(Lock.WATCH))
    return bool((await connection.execute(mine)).scalar_one())


async def take_touched(connection: AsyncConnection, limit: int) -> list[Subject]:
    """So many of what was touched longest ago, each once, however often it was touched since."""
    touched = tables.touched_subject.c
    names = (touched.area, touched.provider, touched.theme)
    rows = await connection.execute(
        select(*names).group_by(*names).order_by(func.min(touched.id)).limit(limit)
    )
    subjects = sorted(Subject(*row) for row in rows)
    if subjects:
        await connection.execute(_UNTOUCH, columns_of([_row(each) for each in subjects]))
    return subjects


_UNTOUCH = text("""
    DELETE FROM touched_subject AS touched
    USING unnest(CAST(:area AS text[]), CAST(:provider AS text[]), CAST(:theme AS text[])) AS seen (area, provider, theme)
    WHERE (touched.area, touched.provider, touched.theme) = (seen.area, seen.provider, seen.theme)
""")


async def not_looked_at(
    connection: AsyncConnection, whole_month: date, limit: int
) -> list[Subject]:
    """So many that were last looked at before this month was whole."""
    watched = tables.watched_subject.c
    rows = await connection.execute(
        select(watched.area, watched.provider, watched.theme)
        .where(watched.whole_month < whole_month)
        .limit(limit)
    )
    return sorted(Subject(*row) for row in rows)


async def looked_at(
    connection: AsyncConnection,
    subjects: Sequence[Subject],
    known: Mapping[Subject, Counted],
    whole_month: date,
) -> None:
    """They have been; what is not known any more needs no further look. Where an area can be judged from another month on than others of
    its subjects were, these are to be looked at again."""
    joined = {each: _joined(known[each].joining) for each in sorted(known)}
    await insert_rows(
        connection,
        tables.watched_subject,
        [_row(each) | told | {"whole_month": whole_month} for each, told in joined.items()],
        "ON CONFLICT (area, provider, theme) DO UPDATE SET whole_month = excluded.whole_month,"
        " judged_from = excluded.judged_from, rebased_on = excluded.rebased_on",
    )
    areas = {each.area: {"area": each.area, **told} for each, told in joined.items()}
    if areas:
        await connection.execute(_TOUCH_MOVED, columns_of([*areas.values()]))
    gone = [each for each in subjects if each not in known]
    if gone:
        await connection.execute(_FORGET, columns_of([_row(each) for each in gone]))


def _joined(joining: Joining) -> dict[str, date | str | None]:
    return {
        "judged_from": joining.first,
        "rebased_on": " ".join(each.on.isoformat() for each in joining.rebases),
    }


_TOUCH_MOVED = text("""
    INSERT INTO touched_subject (area, provider, theme)
    SELECT watched.area, watched.provider, watched.theme
    FROM watched_subject AS watched
    JOIN unnest(CAST(:area AS text[]), CAST(:judged_from AS date[]), CAST(:rebased_on AS text[])) AS now (area, judged_from, rebased_on)
      USING (area)
    WHERE (watched.judged_from, watched.rebased_on) IS DISTINCT FROM (now.judged_from, now.rebased_on)
""")
_FORGET = text("""
    DELETE FROM watched_subject AS watched
    USING unnest(CAST(:area AS text[]), CAST(:provider AS text[]), CAST(:theme AS text[])) AS gone (area, provider, theme)
    WHERE (watched.area, watched.provider, watched.theme) = (gone.area, gone.provider, gone.theme)
""")


async def counted(
    connection: AsyncConnection, subjects: Sequence[Subject], since: date, current: date
) -> dict[Subject, Counted]:
    """What is known of each, from this month on; those with nothing are left out, and those of providers that were succeeded."""
    joined = await joining_of(connection, {each.area for each in subjects}, current)
    found: dict[Subject, list[Monthly]] = {}
    wanted = await _by_code(connection, subjects)
    if not wanted:
        return {}
    rows = await connection.execute(_COUNTS, columns_of(wanted) | {"since": since})
    for area, provider, theme, tenet, kind, months, numbers in rows:
        monthly = Monthly(Tenet(tenet), Kind(kind), tuple(months), tuple(numbers))
        found.setdefault(Subject(area, provider, theme), []).append(monthly)
    return {each: Counted(joined[each.area], tuple(counts)) for each, counts in found.items()}


_WANTED = (
    "unnest(CAST(:area AS text[]), CAST(:provider AS text[]), CAST(:theme AS text[]), CAST(:code AS text[]))"
    " AS wanted (area, provider, theme, code)"
)
_COUNTS = text(f"""
    SELECT area, provider, theme, tenet, kind, array_agg(month), array_agg(reports) FROM (
        SELECT wanted.area, wanted.provider, wanted.theme, tenet, kind, month, sum(reports) AS reports
        FROM {_WANTED}
        JOIN place_count AS kept ON (kept.area, kept.provider, kept.theme) = (wanted.area, wanted.code, wanted.theme)
        WHERE {_COUNTED} AND month >= :since
        GROUP BY wanted.area, wanted.provider, wanted.theme, tenet, kind, month
    ) AS each GROUP BY area, provider, theme, tenet, kind
""")  # noqa: S608 - our own values


async def days(
    connection: AsyncConnection, subjects: Sequence[Subject], since: date, until: date
) -> dict[Subject, Days]:
    """On which days the reports of each happened, both ends included. Of few: for each, the theme's list is read."""
    found: dict[Subject, dict[Tenet, list[date]]] = {each: {} for each in subjects}
    wanted = await _by_code(connection, subjects)
    if not wanted:
        return {}
    rows = await connection.execute(_DAYS, columns_of(wanted) | {"since": since, "until": until})
    for area, provider, theme, tenet, day in rows:
        found[Subject(area, provider, theme)].setdefault(Tenet(tenet), []).append(day)
    return dict(found.items())


_DAYS = text(f"""
    SELECT wanted.area, wanted.provider, wanted.theme, listed.tenet, listed.happened_on
    FROM {_WANTED}
    JOIN listed_report AS listed ON listed.theme = wanted.theme AND listed.happened_on BETWEEN :since AND :until
     AND (wanted.code = '{EVERY}' OR listed.provider = wanted.code)
    WHERE wanted.area = '{EVERY}' OR EXISTS (
        SELECT FROM area_member AS member
        WHERE member.area = wanted.area
          AND (member.organisation = listed.reporter AND NOT member.as_provider
               OR member.organisation = listed.provider AND member.as_provider)
    )
""")  # noqa: S608 - our own values


async def _by_code(
    connection: AsyncConnection, subjects: Sequence[Subject]
) -> list[dict[str, object]]:
    """A row for each code that a subject's provider stands for; none for one that was succeeded, whose reports are its successor's."""
    providers = _providers_of(subjects)
    codes = {EVERYWHERE: {EVERYWHERE}, **await codes_of(connection, providers)}
    succeeded = await successors(connection, providers)
    return [
        _row(each) | {"code": code}
        for each in subjects
        if each.provider not in succeeded
        for code in sorted(codes[each.provider])
    ]


def _providers_of(subjects: Iterable[Subject]) -> set[str]:
    return {each.provider for each in subjects} - {EVERYWHERE}


async def titles(connection: AsyncConnection, themes: Collection[str]) -> dict[str, str]:
    """What these themes are called; one that was never named is called by its slug."""
    title = tables.theme_title.c
    rows = await connection.execute(
        select(title.theme, title.title).where(title.theme.in_(themes), title.sub_theme == EVERY)
    )
    return {theme: theme for theme in themes} | {row.theme: row.title for row in rows}


def _row(subject: Subject) -> dict[str, object]:
    return {"area": subject.area, "provider": subject.provider, "theme": subject.theme}
