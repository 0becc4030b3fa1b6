"""Every file has a birth certificate, and there is never half a file."""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from cockpit.errors import InvalidInput
from cockpit.exports.certificate import Order, certificate_path
from cockpit.exports.export import export
from cockpit.exports.registry import FORMATS
from cockpit.exports.table import Table
from tests.exports.rows import COLUMNS, NOW, people, table_of

ORDER = Order(workspace="loans", what="panel:hot_leads", instant=NOW, filters=(("owner", "me"),))


@pytest.mark.parametrize("slug", list(FORMATS))
def test_certificate_says_what_is_in_the_file(tmp_path: Path, slug: str) -> None:
    path = tmp_path / f"hot.{slug}"
    export(table_of(*people(2500)), ORDER, slug, path)
    told = json.loads(certificate_path(path).read_text())
    assert told["rows"] == 2500
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert told["bytes"] == path.stat().st_size
    assert told["instant"] == "2026-03-02T09:00:00Z"
    assert told["filters"] == {"owner": "me"}
    assert told["scope"] == "everybody in the workspace"
    assert told["columns"] == [column.name for column in COLUMNS]


def test_progress_counts_the_rows(tmp_path: Path) -> None:
    seen: list[int] = []
    export(table_of(*people(2500)), ORDER, "csv", tmp_path / "hot.csv", progress=seen.append)
    assert seen == [1000, 2000, 2500]


def test_failure_while_reading_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "hot.csv"
    path.write_text("yesterday")
    with pytest.raises(RuntimeError, match="the reader broke"):
        export(Table(COLUMNS, broken_reader()), ORDER, "csv", path)
    assert path.read_text() == "yesterday"
    assert [file.name for file in tmp_path.iterdir()] == ["hot.csv"]


def broken_reader() -> Iterator[pl.DataFrame]:
    yield from people(1000)
    raise RuntimeError("the reader broke")


def test_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no export format 'pdf': choose one of csv, parquet, xlsx"):
        export(table_of(), ORDER, "pdf", tmp_path / "hot.pdf")


def test_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"hot\.csv cannot be written: No such file or directory\."):
        export(table_of(), ORDER, "csv", tmp_path / "nowhere" / "hot.csv")


FULL = """
import sys
from pathlib import Path
from cockpit.errors import StorageFull
from cockpit.exports.certificate import Order
from cockpit.exports.export import export
from tests.exports.rows import NOW, people, table_of
try:
    export(table_of(*people(200_000)), Order("loans", "view:people", NOW), sys.argv[2], Path(sys.argv[1]))
except StorageFull as error:
    print(error.message)
"""


@pytest.mark.parametrize("slug", list(FORMATS))
def test_full_disk_is_one_sentence_and_leaves_nothing(tmp_path: Path, slug: str) -> None:
    """The process may write 64 kB and no more: the same failure in the middle of a write as a full disk."""
    path = tmp_path / f"hot.{slug}"
    told = subprocess.run(
        [sys.executable, "-c", FULL, str(path), slug],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert told.stdout == f"The disk is full: {path} was not written, and nothing was left behind.\n", told.stderr
    assert list(tmp_path.iterdir()) == []
