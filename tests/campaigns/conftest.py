"""Databases for the short forms of campaigns that make as many as they need."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.campaigns.kill_import import duckdb_urls, postgres_urls
from tests.conftest import administer


@pytest.fixture
def urls(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Iterator[str]]:
    """Migrated databases of the engine, as many as are asked for."""
    if engine_name == "duckdb":
        yield duckdb_urls(tmp_path, request.getfixturevalue("duckdb_template"))
        return
    server, made = request.getfixturevalue("postgres_server"), list[str]()
    yield kept(postgres_urls(server, request.getfixturevalue("postgres_template")), made)
    for url in made:
        administer(server, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


def kept(urls: Iterator[str], made: list[str]) -> Iterator[str]:
    """The same, each written down: a role can be dropped only after its databases."""
    for url in urls:
        made.append(url)
        yield url
