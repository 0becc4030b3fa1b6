"""What makes the difference: to the next lead, to a reply, to silence; and how a score came to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil

import polars as pl

from scoring.decay import DAY, LOWEST_EXPONENT
from scoring.evidence import Evidence, replay
from scoring.inputs import moments
from scoring.intake import INSTANT
from scoring.lines import Line, Receipt, SignalsOfLine, receipt
from scoring.model import ScoreModel
from scoring.score import prepare
from scoring.signals import Catalogue
from scoring.terms import Term

Scores = Sequence[float] | pl.Series
REPLIES = ("SMS_REPLIED", "WHATSAPP_REPLIED", "EMAIL_REPLIED", "INBOUND_CALL")


@dataclass(frozen=True, slots=True)
class Difference:
    """How far apart two people are, and the line that does most of it."""

    points: Decimal
    label: str | None
    line_points: Decimal
    signal: SignalsOfLine | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would become of a person."""

    sentence: str
    change: str  # reply | silence | attempt
    becomes: str  # the rank, the band or the score it leads to


@dataclass(frozen=True, slots=True)
class Case:
    """One person as they are today."""

    evidence: Evidence
    facts: pl.DataFrame
    model: ScoreModel
    now: datetime
    today: Receipt

    @property
    def person(self) -> str:
        """Who it is."""
        return self.today.person_id

    @property
    def sums(self) -> pl.DataFrame:
        """Their accumulators."""
        return self.evidence.accumulators.filter(pl.col("person_id") == self.person)


def compare(one: Receipt, other: Receipt) -> Difference:
    """The difference of two receipts in one sentence: `4.1 above the next lead: missed call yesterday`."""
    apart = (one.score or Decimal(0)) - (other.score or Decimal(0))
    mine, theirs = _by_label(one), _by_label(other)
    sign = 1 if apart >= 0 else -1
    gaps = {
        label: (mine[label].points if label in mine else Decimal(0))
        - (theirs[label].points if label in theirs else Decimal(0))
        for label in sorted({*mine, *theirs})
    }
    label = max(gaps, key=lambda name: sign * gaps[name], default=None)
    if label is None or sign * gaps[label] <= 0:
        return Difference(apart, None, Decimal(0), None, _apart(apart))
    line = mine.get(label) or theirs[label]
    signal = line.signals[0] if line.signals else None
    when = f" {_ago(signal.age_days)}" if signal and label in mine else ""
    return Difference(apart, label, gaps[label], signal, f"{_apart(apart)}: {label.lower()}{when} ({gaps[label]:+})")


def _by_label(receipt: Receipt) -> dict[str, Line]:
    return {line.label: line for line in receipt.lines}


def _apart(points: Decimal) -> str:
    if not points:
        return "Level with the next lead"
    return f"{abs(points)} {'above' if points > 0 else 'below'} the next lead"


def _ago(days: float) -> str:
    if days < 1:
        return "today"
    return "yesterday" if days < 2 else f"{int(days)} days ago"


def counterfactuals(
    evidence: Evidence,
    facts: pl.DataFrame,
    model: ScoreModel,
    now: datetime,
    others: Scores | None = None,
) -> list[Counterfactual]:
    """What a reply, silence and one more attempt would do to the person of `facts`; `others` are the other scores."""
    person = facts["person_id"][0]
    case = Case(evidence, facts, model, now, receipt(evidence, facts, model, now)[person])
    if case.today.score is None:
        return []
    found = (_after_reply(case, others), _after_silence(case), _after_attempt(case))
    return [what for what in found if what is not None]


def _after_reply(case: Case, others: Scores | None) -> Counterfactual | None:
    kind = _reply_type(case.model)
    before, after = case.today, _with_signal(case, kind) if kind else case.today
    if kind is None or before.score is None or after.score is None or after.score <= before.score:
        return None
    name = "One reply" if kind in REPLIES else f"One {case.model.titles[kind].lower()}"
    if others is not None:
        was, rank = (1 + sum(1 for other in others if other > score) for score in (before.score, after.score))
        if rank < was:
            return Counterfactual(f"{name} makes them #{rank} instead of #{was}.", "reply", f"#{rank}")
    to = f" and {after.band}" if after.band != before.band else ""
    return Counterfactual(f"{name} lifts them from {before.score} to {after.score}{to}.", "reply", str(after.score))


def _after_silence(case: Case) -> Counterfactual | None:
    today = case.today
    if today.crosses_at is None or today.crosses_to is None:
        return None
    days = max(ceil((today.crosses_at - case.now).total_seconds() / 86_400), 1)
    wait = "1 more day" if days == 1 else f"{days} more days"
    sentence = f"Silent for {wait} and they leave {today.band.capitalize()} for {today.crosses_to.capitalize()}."
    return Counterfactual(sentence, "silence", today.crosses_to)


def _after_attempt(case: Case) -> Counterfactual | None:
    known = set(case.sums["type"])
    attempts = [term for term in case.model.of("priority") if term.key.startswith("attempts:")]
    kind = next((name for term in attempts for name in term.types if name in known), None)
    before, after = case.today.score, _with_signal(case, kind).score if kind else None
    if before is None or after is None or after >= before:
        return None
    return Counterfactual(f"One more unanswered attempt costs {before - after} points.", "attempt", str(after))


def _reply_type(model: ScoreModel) -> str | None:
    """The usual reply, or the strongest signal of a catalogue without one."""
    known = [name for name in REPLIES if name in model.titles]
    strongest = sorted((-term.weight, name) for term in _decaying(model) if term.weight > 0 for name in term.types)
    return known[0] if known else next((name for _, name in strongest), None)


def _decaying(model: ScoreModel) -> list[Term]:
    return [term for term in model.of("priority") if term.input.startswith("decayed:")]


def _with_signal(case: Case, kind: str) -> Receipt:
    """The receipt as if one more signal of a type came in now."""
    half_lives = {name: float(t.params["half_life_days"]) for t in _decaying(case.model) for name in t.types}
    age = (pl.lit(case.now, INSTANT) - pl.col("last_at")).dt.total_microseconds().clip(lower_bound=0) / DAY
    faded = pl.col("amount") * (2.0 ** (-age / half_lives.get(kind, 1.0)).clip(lower_bound=LOWEST_EXPONENT))
    none = pl.DataFrame({"person_id": [case.person], "type": [kind], "last_at": [case.now]})
    none = none.with_columns(amount=0.0, day_count=0, total=0, value_amount=0.0)
    same, rest = (case.sums.filter(test) for test in (pl.col("type") == kind, pl.col("type") != kind))
    known = same if same.height else none.select(pl.col(name).cast(t) for name, t in same.schema.items())
    more = known.with_columns(amount=faded + 1.0, last_at=pl.lit(case.now, INSTANT), total=pl.col("total") + 1)
    then = Evidence(case.evidence.people, pl.concat([rest, more]))
    return receipt(then, case.facts, case.model, case.now)[case.person]


def history(
    signals: pl.DataFrame,
    facts: pl.DataFrame,
    model: ScoreModel,
    catalogue: Catalogue,
    instants: Sequence[datetime],
) -> pl.DataFrame:
    """The priority of people at several instants, in one replay: person_id, as_of, priority (null: no data yet)."""
    when = pl.DataFrame({"as_of": list(instants)}, schema={"as_of": INSTANT})
    by = ("as_of", "person_id")
    asked = facts.join(when, how="cross")
    rows = signals.join(facts.select("person_id"), on="person_id", how="semi").join(when, how="cross")
    evidence = replay(rows, catalogue, by=by)
    people = prepare(evidence, asked, model, scores=("priority",), on=by)
    points = people.shown("priority", moments(asked["as_of"], asked.height))
    return asked.select("person_id", "as_of").with_columns(priority=pl.Series(points).fill_nan(None))
