"""Fit: what the profile of a person says, one additive term per attribute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType
from typing import Any

KINDS = ("number", "share", "flag", "category", "order")


class InvalidAttribute(ValueError):
    """The description of an attribute cannot be used."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A field of the profile and how it speaks: number w*x/(x+half_point), share w*min(x/full,1), flag, category."""

    name: str
    kind: str
    weight: float = 0.0
    half_point: float = 1.0
    full: float = 1.0
    weight_of_value: Mapping[str, float] = field(default_factory=dict)
    meaning: str = ""

    def __post_init__(self) -> None:
        """Refuse what the engine could not compute with."""
        if self.kind not in KINDS:
            raise InvalidAttribute(f"[attribute.{self.name}] kind cannot be {self.kind!r}.")
        numbers = (self.weight, self.half_point, self.full, *self.weight_of_value.values())
        if any(isinstance(n, str | bool) or not isfinite(n) for n in numbers):
            raise InvalidAttribute(f"[attribute.{self.name}] has a weight or a point that is not a finite number.")
        if self.half_point <= 0 or self.full <= 0:
            raise InvalidAttribute(f"[attribute.{self.name}] half_point and full must be above 0.")
        object.__setattr__(self, "weight_of_value", MappingProxyType(dict(self.weight_of_value)))

    @classmethod
    def parsed(cls, name: str, table: Mapping[str, Any]) -> Attribute:
        """The attribute of a TOML table."""
        try:
            return cls(name, **table)
        except TypeError:
            known = set(cls.__dataclass_fields__) - {"name"}
            wrong = sorted(set(table) - known) or sorted({"kind"} - set(table))
            raise InvalidAttribute(f"[attribute.{name}] unknown or missing field: {', '.join(wrong)}.") from None

    @property
    def label(self) -> str:
        """The words a person reads."""
        return self.name.replace("_", " ").capitalize()

    @property
    def speaks(self) -> bool:
        """Whether an expert gave it a weight; a category without weights waits for learning, an order never speaks."""
        return bool(self.weight_of_value) if self.kind == "category" else self.kind != "order" and self.weight != 0
