"""The birth certificate of an export: what is in the file, as a small JSON file beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

EVERYBODY = "everybody in the workspace"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    workspace: str
    what: str  # `panel:hot_leads`, `view:people`
    instant: datetime  # the moment the rows speak of
    filters: tuple[tuple[str, str], ...] = ()
    scope: str = EVERYBODY  # whose people the reader may see


@dataclass(frozen=True, slots=True)
class Certificate:
    """What came out: rows in the list = rows in the file, and the hash that proves it is this file."""

    workspace: str
    what: str
    format: str
    instant: str
    filters: dict[str, str]
    scope: str
    columns: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str
    file: str

    def as_json(self) -> dict[str, Any]:
        """The certificate as JSON-safe values."""
        return asdict(self)


def certificate_path(file: Path) -> Path:
    """Where the certificate of this file lies."""
    return file.with_name(f"{file.name}.certificate.json")


def certificate_bytes(certificate: Certificate) -> bytes:
    """The certificate as the content of its file."""
    return (json.dumps(certificate.as_json(), indent=2, ensure_ascii=False) + "\n").encode()


def iso(instant: datetime) -> str:
    """An instant in UTC, as the interfaces spell it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
