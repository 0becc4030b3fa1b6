"""The formats a list can leave in, by their slug."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol, cast

from cockpit.errors import InvalidInput
from cockpit.exports import csv, parquet, xlsx
from cockpit.exports.sink import Sink
from cockpit.exports.table import Table


class Format(Protocol):
    """What a module of this folder says about its format."""

    slug: str
    title: str
    suffix: str
    media_type: str
    help: str
    limits: str

    def write(self, table: Table, sink: Sink) -> Iterator[int]:
        """Write the table; yield the number of rows after each batch."""


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {module.slug: cast(Format, module) for module in (csv, parquet, xlsx)}
)


def format_named(slug: str) -> Format:
    """The format with this slug.

    Raises:
        InvalidInput: there is none.
    """
    if slug not in FORMATS:
        raise InvalidInput(f"There is no export format {slug!r}: choose one of {', '.join(FORMATS)}.")
    return FORMATS[slug]
