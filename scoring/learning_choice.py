"""Which slots a catalogue and its training rows give: the same rules for every workspace, none for a data set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.accumulate import SHORT
from scoring.fit import Attribute
from scoring.inputs import INPUTS, Source, attribute
from scoring.learning_slots import Slot, StepSlot, ValueSlot, WeightSlot, kind_of
from scoring.model import ScoreModel, fit_term
from scoring.signals import Catalogue, SignalType
from scoring.terms import Term

if TYPE_CHECKING:
    from scoring.decay import Flags, Floats, Ints

CUTS = 10
FINE_CUTS = 40
FINE_ROWS = 10_000
MOST_FINE_CUTS = 400  # over all time-since inputs together
PSEUDO_LEADS = 25
FEWEST_ROWS = 5  # a value or a type seen less often is not learned
FEWEST_ROWS_OF_TYPE = 50
MOST_TYPES = 12  # the most frequent ones get curves; every type of the catalogue has its weight
NEVER_DAYS = 1e6  # the cut between long ago and never
RECURRING = 0.5  # share of the latest rows whose value must have been seen before


@dataclass(frozen=True, slots=True)
class Expert:
    """What is known without outcomes."""

    model: ScoreModel
    score: str
    catalogue: Catalogue
    attributes: Sequence[Attribute] = ()


def weight_slots(expert: Expert, source: Source, late: Flags, base_rate: float) -> list[Slot]:
    """The lines of the preset with open weights, then the attributes it says nothing of."""
    plain = [term for term in expert.model.of(expert.score) if kind_of(term) != "category"]
    slots: list[Slot] = [WeightSlot(term) for term in plain]
    there = {term.key for term in plain}
    numbers = [fit_term(each) for each in expert.attributes if each.kind in {"number", "share", "flag"}]
    slots += [WeightSlot(term) for term in numbers if term.key not in there]
    categories = [each for each in expert.attributes if each.kind == "category"]
    return slots + [slot for each in categories if (slot := _value_slot(each, source, late, base_rate))]


def _value_slot(each: Attribute, source: Source, late: Flags, base_rate: float) -> ValueSlot | None:
    """The values seen often enough, unless the latest rows mostly have values that are new."""
    text = attribute(source.facts, each.name).fill_null("")
    counted = {str(value): int(count) for value, count in text.value_counts().rows() if value}
    seen_before = text.filter(~late).unique()
    if late.any() and text.filter(late).is_in(seen_before.implode()).mean() < RECURRING:  # type: ignore[operator]  # rows exist
        return None
    often = {value for value, count in counted.items() if count >= FEWEST_ROWS}
    values = tuple(sorted(often | set(each.weight_of_value)))
    precision = PSEUDO_LEADS * base_rate * (1 - base_rate)
    return ValueSlot(fit_term(each), values, each.weight_of_value, precision) if values else None


def step_slots(expert: Expert, source: Source, t: Ints) -> list[Slot]:
    """Curves for every number there is: how long ago, how often, how much lately, worth what, and the profile."""
    catalogue = expert.catalogue
    seen = sorted(((_people(source, kind.type), kind.type) for kind in catalogue.values()), reverse=True)
    kinds = [catalogue[name] for count, name in seen[:MOST_TYPES] if count >= FEWEST_ROWS_OF_TYPE]
    terms = [term for kind in kinds for term in _terms_of(kind)]
    terms += _terms_of_all(catalogue, source)
    numbers = [each for each in expert.attributes if each.kind in {"number", "share"}]
    terms += [(_step_term(fit_term(each), "curve"), float(np.sign(each.weight))) for each in numbers]
    fine = [term for term, _ in terms if kind_of(term) in {"since", "quiet"}]
    fine_cuts = int(np.clip(MOST_FINE_CUTS // max(len(fine), 1), CUTS, FINE_CUTS)) if source.size >= FINE_ROWS else CUTS
    slots = [
        StepSlot(term, cuts_of(_values(term, source, t), fine_cuts if term in fine else CUTS), sign)
        for term, sign in terms
    ]
    return [slot for slot in slots if slot.cuts]


def _people(source: Source, name: str) -> int:
    """How many rows have a signal of the type."""
    return len(source.sums[name].rows) if name in source.sums else 0


def _terms_of(kind: SignalType) -> list[tuple[Term, float]]:
    """Curves of one signal type and their direction: 1 up, -1 down, 0 not known before.

    How long ago we contacted somebody has no direction of its own; how long ago they contacted us has.
    """
    side = float(np.sign(kind.weight))
    outbound = kind.direction == "outbound" and kind.weight > 0
    often = -1.0 if kind.attempts_weight else 0.0 if outbound else side
    ago = 0.0 if outbound else -side
    lately = {"half_life_days": kind.half_life}
    return [
        (_signal_curve(kind, "since", "days since", {}), ago),
        (_signal_curve(kind, "count", "how often", {}), often),
        (_signal_curve(kind, "decayed", "lately", lately), side),
        (_signal_curve(kind, "value", "value", {"median": 1.0}), side if kind.value else 0.0),
    ]


def _signal_curve(kind: SignalType, source: str, words: str, params: dict[str, Any]) -> Term:
    label = f"{kind.label}: {words}"
    return Term(
        key=f"curve:{source}:{kind.type}",
        label=label,
        input=f"{source}:{kind.type}",
        shape="binned",
        weight=1.0,
        params={**params, "cuts": [], "weights": [0.0]},
        types=(kind.type,),
        rule=f"{label}, learned in steps",
    )


def _terms_of_all(catalogue: Catalogue, source: Source) -> list[tuple[Term, float]]:
    """Curves over all contacts: silence, time known, and days with a contact they took part in."""
    contacts = tuple(sorted(kind.type for kind in catalogue.values() if kind.direction != "system"))
    if not any(name in source.sums for name in contacts):
        return []
    return [
        (_step_term(Term("quiet", "Days quiet", "quiet", "quiet", -1.0, types=contacts), "curve"), -1.0),
        (_step_term(Term("tenure", "Days known", "tenure", "linear", 1.0), "curve"), 0.0),
        (_step_term(Term("days", "Days with a contact", "count:days", "linear", 1.0, types=(SHORT,)), "curve"), 1.0),
    ]


def _step_term(term: Term, key: str) -> Term:
    """The same input as a curve."""
    return Term(
        key=f"{key}:{term.key}",
        label=term.label,
        input=term.input,
        shape="binned",
        weight=1.0,
        params={"cuts": [], "weights": [0.0]},
        scores=term.scores,
        types=term.types,
        rule=f"{term.label}, learned in steps",
    )


def _values(term: Term, source: Source, t: Ints) -> Floats:
    return INPUTS[kind_of(term)](source, term).dense(source.size).at(t)


def cuts_of(x: Floats, most: int) -> tuple[float, ...]:
    """Quantiles of the values there are, each of them above the smallest; one more before never."""
    finite = np.sort(x[np.isfinite(x)])
    if not len(finite):
        return ()
    places = np.arange(1, most + 1) / (most + 1)
    found = np.quantile(finite, places, method="higher")
    cuts = _distinct(value for value in found if value > finite[0])
    return (*cuts, NEVER_DAYS) if np.isposinf(x).any() else cuts


def _distinct(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(sorted({float(value) for value in values}))
