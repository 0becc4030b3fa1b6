"""Which reader reads which file: the end of its name decides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cockpit.errors import InvalidInput
from cockpit.ingestion.sources.batch import Reader
from cockpit.ingestion.sources.csv_file import read_csv
from cockpit.ingestion.sources.jsonl_file import read_jsonl
from cockpit.ingestion.sources.parquet_file import read_parquet

READERS: Mapping[str, Reader] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".parquet": read_parquet,
}


def reader_of(path: Path) -> Reader:
    """The reader of this file."""
    name = path.name.lower().removesuffix(".gz")
    for suffix, reader in READERS.items():
        if name.endswith(suffix):
            return reader
    raise InvalidInput(f"{path.name}: the name must end in {', '.join(READERS)}, each also with .gz.")
