"""An open cockpit on a new database of either engine, for as long as a campaign runs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.settings import Settings
from tests.campaigns.kill_import import a_server, duckdb_urls, postgres_urls

ROLE = "ordinary"


def as_ordinary_role(server: str) -> str:
    """A new database whose owner has no privileges, so that row security holds."""
    url = make_url(next(postgres_urls(server)))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE}'")
        connection.execute(f"ALTER DATABASE {url.database} OWNER TO {ROLE}")
    return url.set(username=ROLE, password=ROLE).render_as_string(hide_password=False)


@contextmanager
def a_cockpit(engine: str) -> Iterator[Cockpit]:
    """A cockpit on a database that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="campaign-"))
    server = a_server(folder) if engine == "postgresql" else nullcontext("")
    try:
        with server as address:
            url = as_ordinary_role(address) if address else next(duckdb_urls(folder))
            with open_cockpit(Settings(database_url=url, demo=False)) as cockpit:
                yield cockpit
    finally:
        shutil.rmtree(folder, ignore_errors=True)
