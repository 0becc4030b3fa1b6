"""An open cockpit on a new database of either engine, for as long as a campaign runs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from cockpit.bootstrap import Cockpit, open_cockpit
from cockpit.settings import Settings
from tests.campaigns.kill_import import a_server, duckdb_urls, postgres_urls


@contextmanager
def a_cockpit(engine: str) -> Iterator[Cockpit]:
    """A cockpit on a database that nobody else uses."""
    folder = Path(tempfile.mkdtemp(prefix="campaign-"))
    server = a_server(folder) if engine == "postgresql" else nullcontext("")
    try:
        with server as address:
            url = next(postgres_urls(address) if address else duckdb_urls(folder))
            with open_cockpit(Settings(database_url=url, demo=False)) as cockpit:
                yield cockpit
    finally:
        shutil.rmtree(folder, ignore_errors=True)
