"""Databases for the short forms of campaigns that make as many as they need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.campaigns.kill_import import duckdb_urls, postgres_urls


@pytest.fixture
def urls(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """Migrated databases of the engine, as many as are asked for."""
    if engine_name == "duckdb":
        return duckdb_urls(tmp_path, request.getfixturevalue("duckdb_template"))
    return postgres_urls(request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_template"))
