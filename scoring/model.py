"""Score models: versioned data. The preset is what an expert's catalogue says before any outcome is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from scoring.accumulate import LONG, SHORT, SHORT_HALF_LIFE_DAYS
from scoring.fit import Attribute
from scoring.signal_type import STRONG_WEIGHT
from scoring.signals import Catalogue, SignalType
from scoring.terms import POINTS, Term, term_from_dict

SCORES = ("priority", "engagement", "intent", "fit", "reconnect")
BASES = MappingProxyType({"priority": 30.0, "engagement": 0.0, "intent": 0.0, "fit": 50.0, "reconnect": 30.0})
STAGE_WEIGHT = 1.0  # log-odds per step of the process
STAGE_HALF_LIFE_DAYS = 60.0
QUIET_WEIGHT = -1.0
ATTEMPTS_HALF_POINT = 4.0


@dataclass(frozen=True, slots=True)
class ScoreModel:
    """Everything that turns evidence into scores."""

    terms: tuple[Term, ...]
    titles: Mapping[str, str] = field(default_factory=dict)  # signal type -> words
    version: int = 1
    bases: Mapping[str, float] = field(default_factory=lambda: BASES)
    hot: float = 75.0
    warm: float = 45.0
    hysteresis: float = 5.0
    response_minutes: float = 5.0  # how soon we want to answer
    response_minutes_of: Mapping[str, float] = field(default_factory=dict)
    breach_minutes: float = 60.0
    gap_days: float = 30.0  # the population's usual gap between signals of a person
    pseudo_gaps: float = 1.0  # how many of them a person's own rhythm is shrunk with
    stale_quotient: float = 2.0
    stale_days: float = 14.0
    median_value: float | None = None

    def __post_init__(self) -> None:
        """Freeze what came from JSON."""
        for name in ("titles", "bases", "response_minutes_of"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "terms", tuple(self.terms))

    def of(self, score: str) -> tuple[Term, ...]:
        """The terms of one score."""
        return tuple(term for term in self.terms if score in term.scores)

    def with_terms(self, terms: Iterable[Term], score: str = "priority") -> ScoreModel:
        """The model with other lines for one score; learned models are made this way."""
        kept = [_without(term, score) for term in self.terms]
        return replace(self, terms=(*(term for term in kept if term.scores), *terms))

    def to_dict(self) -> dict[str, Any]:
        """The model as JSON."""
        values: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        values |= {name: dict(values[name]) for name in ("titles", "bases", "response_minutes_of")}
        return values | {"terms": [term.to_dict() for term in self.terms]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ScoreModel:
        """The model of its JSON form."""
        return cls(**{**values, "terms": tuple(term_from_dict(term) for term in values["terms"])})


def _without(term: Term, score: str) -> Term:
    return replace(term, scores=tuple(name for name in term.scores if name != score))


def preset_model(
    catalogue: Catalogue,
    attributes: Sequence[Attribute] = (),
    *,
    version: int = 1,
    gap_days: float = 30.0,
    median_value: float | None = None,
) -> ScoreModel:
    """The model an expert's catalogue describes."""
    kinds = list(catalogue.values())
    terms = [
        *_signal_terms(kinds),
        *_attempt_terms(kinds),
        *_stage_term(kinds),
        *_quiet_term(kinds),
        *(fit_term(attribute) for attribute in attributes if attribute.speaks),
        *_reconnect_terms(catalogue, gap_days, median_value),
    ]
    return ScoreModel(
        tuple(terms),
        titles={kind.type: kind.label for kind in kinds},
        version=version,
        response_minutes_of={k.type: k.response_minutes for k in kinds if k.response_minutes is not None},
        gap_days=gap_days,
        median_value=median_value,
    )


def _signal_terms(kinds: Sequence[SignalType]) -> list[Term]:
    """One saturating line per group of types that say the same thing."""
    groups: dict[tuple[str, float, bool], list[SignalType]] = {}
    for kind in kinds:
        if kind.weight:
            groups.setdefault((kind.group_key, kind.half_life, kind.weight > 0), []).append(kind)
    return [_signal_term(members) for members in groups.values()]


def _signal_term(members: Sequence[SignalType]) -> Term:
    first = max(members, key=lambda kind: abs(kind.weight))
    scores = ["priority", *(["engagement"] if first.weight > 0 else []), *(["intent"] if first.intent else [])]
    name = first.label if len(members) == 1 else first.group_key.replace("_", " ").capitalize()
    return Term(
        f"signal:{first.group_key}:{first.half_life:g}:{'for' if first.weight > 0 else 'against'}",
        name,
        f"decayed:{first.group_key}",
        "saturating",
        first.weight,
        {"half_point": first.saturation, "half_life_days": first.half_life},
        tuple(scores),
        tuple(sorted(kind.type for kind in members)),
        f"{name}: up to {first.weight * POINTS:+.1f} points, half of it gone after {first.half_life:g} days",
    )


def _attempt_terms(kinds: Sequence[SignalType]) -> list[Term]:
    """Our own repeated attempts, never heat: -n/(n+4)."""
    groups: dict[str, list[SignalType]] = {}
    for kind in kinds:
        if kind.attempts_weight:
            groups.setdefault(kind.group_key, []).append(kind)
    return [_attempt_term(key, members) for key, members in groups.items()]


def _attempt_term(key: str, members: Sequence[SignalType]) -> Term:
    weight = min(kind.attempts_weight for kind in members)
    name = "Our attempts" if len(members) > 1 else f"Our attempts: {members[0].label}"
    return Term(
        f"attempts:{key}",
        name,
        f"count:{key}",
        "saturating",
        weight,
        {"half_point": ATTEMPTS_HALF_POINT},
        ("priority",),
        tuple(sorted(kind.type for kind in members)),
        f"Contacts from our side: down to {weight * POINTS:+.1f} points the more there were",
    )


def _stage_term(kinds: Sequence[SignalType]) -> list[Term]:
    """The furthest stage reached; the first one is where everybody begins and is worth nothing."""
    stages = {kind.type: kind.stage for kind in kinds if kind.stage is not None and kind.weight >= 0}
    if len(set(stages.values())) < 2:
        return []
    lowest = min(stages.values())
    steps = {name: stage - lowest for name, stage in sorted(stages.items()) if stage > lowest}
    params = {"stages": steps, "half_life_days": STAGE_HALF_LIFE_DAYS}
    fades = f"half of it gone after {STAGE_HALF_LIFE_DAYS:g} days"
    rule = f"Furthest stage reached: {STAGE_WEIGHT * POINTS:+.1f} points a step, {fades}"
    return [Term("stage", "Stage reached", "stage", "linear", STAGE_WEIGHT, params, ("priority",), tuple(steps), rule)]


def _quiet_term(kinds: Sequence[SignalType]) -> list[Term]:
    """Silence since the last strong signal; weak ones do not break it, or repeating one would beat its cap."""
    strong = sorted((kind.half_life, kind.type) for kind in kinds if kind.weight >= STRONG_WEIGHT)
    if not strong:
        return []
    half_life = strong[len(strong) // 2][0]
    types = tuple(sorted(name for _, name in strong))
    least = f"{QUIET_WEIGHT * POINTS:+.1f} points, half of it after {half_life:g} days"
    rule = f"Silence since the last strong signal: down to {least}"
    params = {"half_life_days": half_life}
    return [Term("quiet", "Quiet", "quiet", "quiet", QUIET_WEIGHT, params, ("priority",), types, rule)]


def fit_term(attribute: Attribute) -> Term:
    """The line of one attribute of the profile."""
    scores, key = ("priority", "fit"), f"fit:{attribute.name}"
    if attribute.kind == "category":
        weights = dict(attribute.weight_of_value)
        rule = f"{attribute.label}: some values speak for or against a person"
        return Term(
            key, attribute.label, f"category:{attribute.name}", "linear", 1.0, {"weights": weights}, scores, (), rule
        )
    if attribute.kind == "flag":
        return Term(
            key, attribute.label, f"flag:{attribute.name}", "linear", attribute.weight, {}, scores, (), "When yes"
        )
    shape, params = (
        ("share", {"full": attribute.full})
        if attribute.kind == "share"
        else ("saturating", {"half_point": attribute.half_point})
    )
    rule = f"{attribute.label}: approaches {attribute.weight * POINTS:+.1f} points"
    return Term(key, attribute.label, f"number:{attribute.name}", shape, attribute.weight, params, scores, (), rule)


def _reconnect_terms(catalogue: Catalogue, gap_days: float, median_value: float | None) -> list[Term]:
    """2x/(x+2) + 1.5 Ds/(Ds+1) + 1.5 Dl/(Dl+1) + 0.5 a/(a+2) - 2 q^2/(q^2+9) - (1 - 2^(-quiet/G0))."""
    valued = tuple(sorted(kind.type for kind in catalogue.values() if kind.value and kind.engaging))
    short = {"half_life_days": SHORT_HALF_LIFE_DAYS, "half_point": 1.0}
    long = {"half_life_days": catalogue.long_half_life_days, "half_point": 1.0}
    rhythm = {"gap_days": gap_days, "pseudo": 1.0}
    rows: list[tuple[str, str, str, str, float, dict[str, Any], tuple[str, ...]]] = [
        ("repeats", "Came back before", "count", "saturating", 2.0, {"from": 1, "half_point": 2.0}, (SHORT,)),
        ("short", "Lately", "decayed:short", "saturating", 1.5, short, (SHORT,)),
        ("long", "In the longer run", "decayed:long", "saturating", 1.5, long, (LONG,)),
        ("value", "Value", "value", "saturating", 0.5, {"median": median_value, "half_point": 2.0}, valued),
        ("rhythm", "Quiet against own rhythm", "rhythm", "rhythm", -2.0, rhythm, (SHORT,)),
        ("silence", "Quiet", "quiet", "quiet", -1.0, {"half_life_days": gap_days}, (SHORT,)),
    ]
    return [
        Term(
            f"reconnect:{key}",
            label,
            source,
            shape,
            weight,
            params,
            ("reconnect",),
            types,
            f"{label}: {weight * POINTS:+.1f} points at most",
        )
        for key, label, source, shape, weight, params, types in rows
    ]
