"""Catalogue files: signal types, attributes and the task, as an expert writes them in TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from scoring.fit import Attribute
from scoring.signals import BUILT_IN, Catalogue, InvalidSignalType, SignalType

_TYPE_FIELDS = {f.name for f in fields(SignalType)} - {"type"}
_RENAMED = {"half_life": "half_life_days"}


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """What a catalogue file says."""

    signals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    attributes: tuple[Attribute, ...] = ()
    task: Mapping[str, Any] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        """The types of the file alone."""
        return Catalogue().with_overrides(self.signals)

    def over(self, catalogue: Catalogue = BUILT_IN) -> Catalogue:
        """The types of the file over those of a catalogue: what the file does not say of a type stays."""
        return catalogue.with_overrides(self.signals)


def from_toml(document: Mapping[str, Any]) -> CatalogueFile:
    """The catalogue of a parsed TOML document."""
    if unknown := sorted(set(document) - {"task", "signal", "attribute"}):
        raise InvalidSignalType(f"The catalogue has no section called {', '.join(unknown)}.")
    signals = {name: _signal(name, table) for name, table in _tables(document, "signal").items()}
    attributes = tuple(Attribute.parsed(name, table) for name, table in _tables(document, "attribute").items())
    task = document.get("task", {})
    if not isinstance(task, Mapping):
        raise InvalidSignalType("[task] must be a table.")
    file = CatalogueFile(MappingProxyType(signals), attributes, MappingProxyType(dict(task)))
    file.over()  # says what is wrong with a type now, not at the first signal
    return file


def _tables(document: Mapping[str, Any], section: str) -> dict[str, Mapping[str, Any]]:
    tables = document.get(section, {})
    if not isinstance(tables, Mapping) or not all(isinstance(table, Mapping) for table in tables.values()):
        raise InvalidSignalType(f"[{section}] must hold tables, one per name.")
    return dict(tables)


def _signal(name: str, table: Mapping[str, Any]) -> Mapping[str, Any]:
    spec = {_RENAMED.get(key, key): value for key, value in table.items()}
    if unknown := sorted(set(spec) - _TYPE_FIELDS):
        raise InvalidSignalType(f"[signal.{name}] has an unknown field: {', '.join(unknown)}.")
    return MappingProxyType(spec)
