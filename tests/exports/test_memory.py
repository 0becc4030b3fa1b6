"""Memory does not grow with the rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.exports.registry import FORMATS

ROOT = Path(__file__).parents[2]
RUN = """
import resource, sys
from pathlib import Path
from cockpit.exports.certificate import Order
from cockpit.exports.export import export
from cockpit.exports.table import Table
from tests.exports.rows import COLUMNS, NOW, people
count, slug, path = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
assert export(Table(COLUMNS, people(count, batch=10_000)), Order("loans", "view:people", NOW), slug, path).rows == count
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.parametrize("slug", list(FORMATS))
def test_four_times_the_rows_need_no_more_memory(tmp_path: Path, slug: str) -> None:
    """The files differ by a factor of four (up to 40 MB of XML); the peaks may differ by what allocators keep."""
    few, many = (peak_kilobytes(count, slug, tmp_path / f"people.{slug}") for count in (50_000, 200_000))
    assert many - few < 24_000


def peak_kilobytes(count: int, slug: str, path: Path) -> int:
    command = [sys.executable, "-c", RUN, str(count), slug, str(path)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
