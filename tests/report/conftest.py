"""The admin API over a real database, asked by a viewer."""

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from nesthaus.access.actors import Role
from nesthaus.access.logins import Logins
from nesthaus.access.rights import AdminGate
from nesthaus.access.tokens import Tokens
from nesthaus.archive.sessions import Archive
from nesthaus.catalogue import load_catalogue
from nesthaus.db.pool import Pool, open_pool
from nesthaus.domain.pricing import Catalogue
from nesthaus.report.export_routes import export_router
from nesthaus.report.routes import admin_router
from nesthaus.responses import answer_problems
from tests.clocks import SettableClock


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ZoneInfo("Europe/Vienna"))


@pytest.fixture
async def reports(database_url: str) -> AsyncIterator[Pool]:
    """The pool reports read from: it cannot write, and no statement takes longer than a second."""
    pool = await open_pool(
        database_url,
        2,
        10,
        read_only=True,
        statement_timeout_ms=1000,
        application_name="nesthaus-test-reports",
    )
    yield pool
    await pool.close()


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive((tmp_path / "archive").as_uri(), tmp_path / "archiving")


@pytest.fixture
async def admin(
    db: Pool, reports: Pool, archive: Archive, catalogue: Catalogue, clock: SettableClock
) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    answer_problems(app)
    app.include_router(admin_router(reports, archive, catalogue, clock))
    app.include_router(export_router(reports, catalogue, clock))
    tokens = Tokens(db, clock)
    app.add_middleware(AdminGate, tokens=tokens, logins=Logins(db, clock))
    token = (await tokens.create("test", Role.VIEWER)).token
    headers = {"Authorization": f"Bearer {token}"}
    async with AsyncClient(
        transport=ASGITransport(app), base_url="http://test", headers=headers
    ) as client:
        yield client
    await tokens.close()
