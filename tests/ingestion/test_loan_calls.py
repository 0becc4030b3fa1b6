"""The whole loan-call log, in order on one engine and shuffled on the other: every row accounted for, the same state.

The log is no part of the repository; where it is not beside it, a made-up history stands in.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from cockpit.bootstrap import open_cockpit
from cockpit.ingestion.load import Loaded, import_signals
from cockpit.ingestion.record import Tally
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import workspace_id_of
from cockpit.settings import Settings
from tests.conftest import administer, database_at
from tests.ingestion.history import drawn
from tests.ingestion.stored import assert_same, state_of

DATA = Path(__file__).parents[3] / "shared" / "data" / "loan_calls"
CATALOGUE = '[signal.MISSED_CALL]\ndirection = "inbound"\nweight = 2.5\nopens_turn = "us"\n'
SUBDOMAIN = "loans"


def given(folder: Path, now: datetime) -> tuple[Path, Path, int]:
    """Signals, catalogue, and how many rows there are."""
    if DATA.is_dir():
        return DATA / "signals.csv.gz", DATA / "catalogue.toml", 28_412
    pl.DataFrame(drawn(now, 9, people=200, signals=3_000)).write_csv(folder / "signals.csv")
    (folder / "catalogue.toml").write_text(CATALOGUE)
    return folder / "signals.csv", folder / "catalogue.toml", 3_000


def load(
    url: str, signals: Path, catalogue: Path, now: datetime, *, times: int = 1
) -> tuple[list[Loaded], dict[str, pl.DataFrame]]:
    with open_cockpit(Settings(database_url=url)) as cockpit:
        with cockpit.db.write() as conn:
            start_workspace(conn, subdomain=SUBDOMAIN, name="Loan desk", time_zone="UTC", now=now)
        workspace_id = workspace_id_of(SUBDOMAIN)
        loaded = [import_signals(cockpit, workspace_id, signals, now, catalogue=catalogue) for _ in range(times)]
        return loaded, state_of(cockpit.db, workspace_id)


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str, postgres_role: str) -> Iterator[str]:
    name = "loan_calls"
    administer(postgres_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    administer(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template} OWNER {postgres_role}")
    yield database_at(postgres_server, name, postgres_role)
    administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")  # the role that owns it goes at the end


def test_two_engines_and_two_orders_agree(
    postgres_url: str, duckdb_template: Path, tmp_path: Path, now: datetime
) -> None:
    signals, catalogue, rows = given(tmp_path, now)
    shuffled = tmp_path / "shuffled.csv"
    pl.read_csv(signals, infer_schema=False).sample(fraction=1, shuffle=True, seed=3).write_csv(shuffled)
    file = tmp_path / "loans.duckdb"
    shutil.copy(duckdb_template, file)
    ordered, left = load(f"duckdb:///{file}", signals, catalogue, now)
    mixed, right = load(postgres_url, shuffled, catalogue, now, times=2)
    assert ordered[0].signals.tally == mixed[0].signals.tally == Tally(accepted=rows)
    assert mixed[1].signals.tally == Tally(duplicate=rows)
    assert_same(left, right)
