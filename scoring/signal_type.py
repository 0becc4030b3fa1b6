"""Signal types: what a signal means to the engine. A type is data; a workspace overrides or adds its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from math import isfinite
from types import MappingProxyType
from typing import Any

HALF_LIFE_DAYS: Mapping[str, float] = MappingProxyType(
    {"instant": 3.0, "fast": 7.0, "medium": 14.0, "slow": 30.0, "long": 91.0, "negative": 180.0}
)
DIRECTIONS = ("inbound", "outbound", "system")
SIDES = ("us", "them", "both", "none")
PLANS = ("sets", "clears", "none")
LIFECYCLES = ("customer", "lost")
STRONG_WEIGHT = 1.0  # a signal of at least this weight breaks the silence; weaker ones are noise


class InvalidSignalType(ValueError):
    """The description of a signal type cannot be used."""


@dataclass(frozen=True, slots=True)
class SignalType:
    """What one type of signal means: weight in log-odds, how it fades, whose turn it makes it."""

    type: str
    title: str = ""
    direction: str = "system"
    channel: str = "none"
    weight: float = 0.0  # log-odds that fresh signals of the type approach
    half_life_class: str = "medium"
    half_life_days: float | None = None  # overrides the class
    group: str | None = None  # types that say the same thing share one sum and one saturation
    saturation: float = 1.0  # decayed count at which half of the weight is reached
    attempts_weight: float = 0.0  # <= 0: our own repeated attempts count against a person
    stage: float | None = None  # order in the process
    intent: bool = False
    opens_turn: str = "none"
    closes_turn: str = "none"
    plans: str = "none"  # sets or clears the planned next step
    opts_out: bool = False
    lifecycle: str | None = None  # what the person is from then on
    response_minutes: float | None = None  # our target for an answer; None: the workspace's
    value: str = ""  # what the signal's number means; empty: none
    id_field: str = "id"
    time_field: str = "occurredAt"
    person_field: str = "personId"
    meaning: str = ""

    def __post_init__(self) -> None:
        """Refuse what the engine could not compute with."""
        _check_type(self)

    @property
    def half_life(self) -> float:
        """Days until a signal counts half."""
        return self.half_life_days if self.half_life_days is not None else HALF_LIFE_DAYS[self.half_life_class]

    @property
    def group_key(self) -> str:
        """The sum this type belongs to."""
        return self.group or self.type

    @property
    def label(self) -> str:
        """The words a person reads."""
        return self.title or self.type.replace("_", " ").capitalize()

    @property
    def engaging(self) -> bool:
        """Whether a signal of the type says that the person took part."""
        return self.weight > 0 and self.direction != "system"

    def spec(self) -> dict[str, Any]:
        """The type as JSON, without what is default."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name)) != f.default}


def _check_type(kind: SignalType) -> None:
    """Name the first field that makes no sense."""
    numbers = {"weight": kind.weight, "saturation": kind.saturation, "attempts_weight": kind.attempts_weight}
    numbers |= {name: getattr(kind, name) for name in ("half_life_days", "stage", "response_minutes")}
    for name, number in numbers.items():
        if number is not None and (isinstance(number, str | bool) or not isfinite(number)):
            raise InvalidSignalType(f"{kind.type}: {name} must be a finite number, not {number!r}")
    choices = (("direction", DIRECTIONS), ("opens_turn", SIDES), ("closes_turn", SIDES), ("plans", PLANS))
    for name, allowed in (*choices, ("half_life_class", tuple(HALF_LIFE_DAYS)), ("lifecycle", (None, *LIFECYCLES))):
        if getattr(kind, name) not in allowed:
            raise InvalidSignalType(f"{kind.type}: {name} cannot be {getattr(kind, name)!r}")
    if not kind.type or kind.type.startswith("@"):
        raise InvalidSignalType(f"{kind.type!r} cannot be the name of a signal type")
    if kind.half_life <= 0 or kind.saturation <= 0 or kind.attempts_weight > 0:
        raise InvalidSignalType(f"{kind.type}: half-life and saturation must be above 0, attempts_weight at most 0")


@dataclass(frozen=True, slots=True)
class Catalogue(Mapping[str, SignalType]):
    """The signal types of a workspace; a type that is not in it is accepted and scores 0."""

    types: Mapping[str, SignalType] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Freeze the types."""
        object.__setattr__(self, "types", MappingProxyType(dict(self.types)))

    def __getitem__(self, name: str) -> SignalType:
        """The type of that name."""
        return self.types[name]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self.types)

    def __len__(self) -> int:
        """How many types."""
        return len(self.types)

    def __hash__(self) -> int:
        """By the names, so that what follows from a catalogue can be kept."""
        return hash(frozenset(self.types))

    @property
    def long_half_life_days(self) -> float:
        """The slow window of the reconnect formula: the slowest half-life among engaging types."""
        return max((kind.half_life for kind in self.values() if kind.engaging), default=HALF_LIFE_DAYS["long"])

    def with_overrides(self, specs: Mapping[str, Mapping[str, Any]]) -> Catalogue:
        """The catalogue with these types changed or added."""
        return Catalogue({**self.types, **{name: self._overridden(name, spec) for name, spec in specs.items()}})

    def _overridden(self, name: str, spec: Mapping[str, Any]) -> SignalType:
        known = {f.name for f in fields(SignalType)}
        if unknown := sorted(set(spec) - known):
            raise InvalidSignalType(f"{name}: unknown field {', '.join(unknown)}")
        try:
            return replace(self.types.get(name, SignalType(name)), **{**spec, "type": name})
        except TypeError as error:
            raise InvalidSignalType(f"{name}: {error}") from None
