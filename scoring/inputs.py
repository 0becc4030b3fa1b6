"""Raw inputs of a model: numbers per person that between two signals only rise or only fall with time.

An input is found by the kind of its name (`decayed:talks` -> `decayed`) in INPUTS; others may register more kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import numpy as np
import polars as pl

from scoring.decay import DAY, Floats, Ints, factor
from scoring.evidence import Evidence
from scoring.intake import PERSON
from scoring.moment import microseconds
from scoring.plans import all_carried_out
from scoring.terms import Term
from scoring.values import NEVER, Elapsed, Fading, Fixed, Input, instants


@dataclass(frozen=True, slots=True)
class Sums:
    """The accumulators of one type: people by row number."""

    rows: Ints
    amount: Floats
    last: Ints
    total: Floats
    value: Floats


@dataclass(frozen=True, slots=True)
class Source:
    """Evidence and facts of the people to score, in the order of the facts."""

    size: int
    sums: Mapping[str, Sums]
    people: pl.DataFrame  # conversation columns, null for people without signals
    facts: pl.DataFrame

    def of(self, types: Sequence[str]) -> list[Sums]:
        """The sums of those of the types that anybody has."""
        return [self.sums[name] for name in types if name in self.sums]


def source(evidence: Evidence, facts: pl.DataFrame, on: Sequence[str] = PERSON) -> Source:
    """Evidence laid out beside the facts."""
    who = facts.lazy().select(on).with_row_index("row")
    people = who.join(evidence.people.lazy(), on=list(on), how="left", maintain_order="left")
    known = evidence.accumulators.lazy().join(who, on=list(on)).sort("type", "row")
    conversations, sums = all_carried_out(people, known)
    return Source(facts.height, _by_type(sums), conversations, facts)


def laid_out(facts: pl.DataFrame, sums: pl.DataFrame, types: Sequence[str]) -> Source:
    """Evidence that comes with its places: conversations beside the facts, sums by row of `facts` and of `types`.

    `sums` has the columns place, code, amount, last_at, total and value_amount.
    """
    places, codes = sums["place"].to_numpy(), sums["code"].to_numpy()
    order = np.lexsort((places, codes))
    rows, last = places[order].astype(np.int64), instants(sums["last_at"])[order]
    amount, value = sums["amount"].to_numpy()[order], sums["value_amount"].to_numpy()[order]
    count = sums["total"].to_numpy()[order].astype(np.float64)
    found, starts = np.unique(codes[order], return_index=True)
    spans = [slice(start, end) for start, end in pairwise([*starts.tolist(), len(rows)])]
    by_type = {
        types[code]: Sums(rows[span], amount[span], last[span], count[span], value[span])
        for code, span in zip(found.tolist(), spans, strict=True)
    }
    return Source(facts.height, by_type, facts, facts)


def _by_type(known: pl.DataFrame) -> dict[str, Sums]:
    """The accumulators of each type: runs of rows that are sorted by type."""
    rows, last = known["row"].cast(pl.Int64).to_numpy(), instants(known["last_at"])
    amount, value = known["amount"].to_numpy(), known["value_amount"].to_numpy()
    count = known["total"].cast(pl.Float64).to_numpy()
    runs = known["type"].rle().struct.unnest()
    ends = runs["len"].cum_sum().to_list()
    spans = [slice(end - length, end) for end, length in zip(ends, runs["len"].to_list(), strict=True)]
    return {
        name: Sums(rows[span], amount[span], last[span], count[span], value[span])
        for name, span in zip(runs["value"].to_list(), spans, strict=True)
    }


def moments(now: datetime | pl.Series, size: int) -> Ints:
    """One instant per row."""
    if isinstance(now, pl.Series):
        return instants(now)
    return np.full(size, microseconds(now))


def _decayed(source: Source, term: Term) -> Input:
    """A group's sum: its types share a half-life, so their pairs add up at their latest instant."""
    found, half_life = source.of(term.types), float(term.params["half_life_days"])
    if len(found) == 1:
        return Fading(found[0].rows, found[0].amount, found[0].last, half_life)
    last = latest(found, source.size)
    amount = np.zeros(source.size)
    for sums in found:
        amount[sums.rows] += sums.amount * factor(last[sums.rows] - sums.last, half_life)
    rows = np.flatnonzero(last != NEVER)
    return Fading(rows, amount[rows], last[rows], half_life)


def latest(found: Sequence[Sums], size: int) -> Ints:
    """The last instant of any of them; NEVER without one."""
    last = np.full(size, NEVER)
    for sums in found:
        last[sums.rows] = np.maximum(last[sums.rows], sums.last)
    return last


def _count(source: Source, term: Term) -> Input:
    """How many ever, capped per day; `from` is where counting begins."""
    total = np.zeros(source.size)
    for sums in source.of(term.types):
        total[sums.rows] += sums.total
    rows = np.flatnonzero(total)
    return Fixed(rows, np.maximum(total[rows] - term.params.get("from", 0), 0.0))


def _stage(source: Source, term: Term) -> Input:
    """The furthest stage reached, fading: the strongest one, which for one half-life is the same at all times."""
    stages, half_life = term.params["stages"], float(term.params["half_life_days"])
    reached = [(stages[name], source.sums[name]) for name in term.types if name in source.sums]
    last = latest([sums for _, sums in reached], source.size)
    best = np.zeros(source.size)
    for worth, sums in reached:
        best[sums.rows] = np.maximum(best[sums.rows], worth * factor(last[sums.rows] - sums.last, half_life))
    rows = np.flatnonzero(best)
    return Fading(rows, best[rows], last[rows], half_life)


def _quiet(source: Source, term: Term) -> Input:
    """Days since the last of some types, for everybody."""
    return Elapsed(np.arange(source.size), latest(source.of(term.types), source.size), np.ones(source.size))


def _since(source: Source, term: Term) -> Input:
    """Days since the last of some types, for those who have one."""
    last = latest(source.of(term.types), source.size)
    rows = np.flatnonzero(last != NEVER)
    return Elapsed(rows, last[rows], np.ones(len(rows)))


def _tenure(source: Source, term: Term) -> Input:
    """Days since the first signal of any type."""
    return Elapsed(np.arange(source.size), instants(source.people["first_at"]), np.ones(source.size))


def _rhythm(source: Source, term: Term) -> Input:
    """Quiet in units of the person's own gap, shrunk to that of the population."""
    found = source.of(term.types)
    last, first = latest(found, source.size), instants(source.people["first_at"])
    repeats = np.zeros(source.size)
    for sums in found:
        repeats[sums.rows] += sums.total
    known = (last != NEVER) & (first != NEVER)
    tenure = np.maximum(np.where(known, last, 0) - np.where(known, first, 0), 0) / DAY
    gap = own_gap(tenure, np.maximum(repeats - 1, 0), term.params["gap_days"], term.params["pseudo"])
    return Elapsed(np.arange(source.size), last, gap)


def own_gap(tenure_days: Floats, repeats: Floats, gap_days: float, pseudo: float) -> Floats:
    """Mean days between signals, as if `pseudo` gaps of the population had been seen as well."""
    return (pseudo * gap_days + tenure_days) / (pseudo + repeats)


def _value(source: Source, term: Term) -> Input:
    """The sum of the values of signals, in units of the median; silent while no median is known."""
    median: float = term.params["median"] or np.inf
    total = np.zeros(source.size)
    for sums in source.of(term.types):
        total[sums.rows] += sums.value
    rows = np.flatnonzero((total > 0) & np.isfinite(median))
    return Fixed(rows, total[rows] / median)


def attribute(facts: pl.DataFrame, name: str) -> pl.Series:
    """A field of the profile as text; empty is null."""
    if "attributes" not in facts.columns:
        return pl.Series(name, [None] * facts.height, dtype=pl.String)
    profile = facts["attributes"]
    if isinstance(profile.dtype, pl.Struct):
        known = name in {f.name for f in profile.dtype.fields}
        text = profile.struct.field(name).cast(pl.String) if known else pl.repeat(None, facts.height, eager=True)
    else:
        text = profile.cast(pl.String).str.json_path_match(f"$[{_quoted(name)}]")
    return text.cast(pl.String).str.strip_chars().replace("", None).alias(name)


def _quoted(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _number(source: Source, term: Term) -> Input:
    """A number of the profile; what is no finite number is unknown."""
    numbers = attribute(source.facts, _argument(term)).cast(pl.Float64, strict=False)
    return _known(numbers.set(~numbers.is_finite(), None))


def _flag(source: Source, term: Term) -> Input:
    """Yes or no."""
    text = attribute(source.facts, _argument(term)).str.to_lowercase()
    yes = text.is_in(["1", "1.0", "true", "yes"]).cast(pl.Float64)
    return _known(yes)


def _category(source: Source, term: Term) -> Input:
    """The weight of a value; `other` for values without one, `missing` for no value."""
    text = attribute(source.facts, _argument(term))
    weights: Mapping[str, float] = term.params["weights"]
    worth = text.replace_strict(dict(weights), default=term.params.get("other", 0.0), return_dtype=pl.Float64)
    missing = term.params.get("missing")
    return _known(worth.set(text.is_null(), missing))


def _known(values: pl.Series) -> Fixed:
    rows = values.is_not_null().arg_true().cast(pl.Int64).to_numpy()
    return Fixed(rows, values.drop_nulls().to_numpy(), np.nan)


def _argument(term: Term) -> str:
    return term.input.partition(":")[2]


INPUTS: dict[str, Callable[[Source, Term], Input]] = {
    "decayed": _decayed,
    "count": _count,
    "stage": _stage,
    "quiet": _quiet,
    "since": _since,
    "tenure": _tenure,
    "rhythm": _rhythm,
    "value": _value,
    "number": _number,
    "flag": _flag,
    "category": _category,
}
