"""The synthetic reports that pages are measured over are counted and listed as if the service had heard of each."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.bench.pages import synthetic
from deploy.cli.bench.pages.loading import load
from services.reporting import tables
from services.reporting.domain.areas import Placed, areas_in
from services.reporting.domain.counts import Counts, standing_of
from services.reporting.use_cases import follow_directory
from shared.directory.domain import succeeded_by
from shared.platform.transaction import Transactions
from tests.conftest import DatabaseUrl
from tests.reporting.histories import history
from tests.reporting.support import apply, counts_of, differences
from tests.support.databases import Databases
from tests.support.directory import directory

pytestmark = pytest.mark.integration

SHAPE = synthetic.Shape(reports=900, practices=9, today=date(2026, 11, 23), alike=3)


async def test_what_is_loaded_is_counted_and_listed(
    database_url: DatabaseUrl, databases: Databases
) -> None:
    url = databases.as_owner(await database_url("reporting"))
    engine = create_async_engine(url)
    async with Transactions(engine, source="reporting").begin() as tx:
        await follow_directory(directory(), tx)
    await apply(history(51, 5), Transactions(engine, source="reporting"))  # which goes
    await load(url, SHAPE, lambda _: None)
    areas = areas_in(
        Placed(each.code, each.kind, each.commissioner, succeeded_by(each))
        for each in (*directory(), *synthetic.directory(SHAPE))
    )
    expected = Counts()
    rows = 0
    for first, practices in SHAPE.told.items():
        for _, known in synthetic.reports(SHAPE, first):
            assert known.reported is not None
            for practice in practices:  # as the service would
                theirs = replace(known, reported=replace(known.reported, reporter=practice))
                standing = standing_of(theirs, areas)
                assert standing is not None
                expected.add(standing)
                rows += len(standing.slugs)
    async with engine.connect() as connection:
        assert not differences(await counts_of(connection), expected.rows())
        listed = select(func.count()).select_from(tables.listed_report)
        assert (await connection.execute(listed)).scalar_one() == rows
        kept = await connection.execute(
            text("SELECT count(*) FROM pg_indexes WHERE tablename = 'listed_report'")
        )
        assert kept.scalar_one() == 5
    await engine.dispose()
    assert SHAPE.alike * sum(SHAPE.counts.values()) == SHAPE.reports
