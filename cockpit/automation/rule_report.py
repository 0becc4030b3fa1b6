"""The report of a rule: what it did, what came of it, and whether that is more than without it.

report(conn, viewer, rule_key, until, *, days=90) -> Report

Two groups are compared that differ by chance only: whom the rule set out to reach, whatever became of that, and whom
it would have set out to reach and left alone. Each person is watched for the same time from then on, and counts when
that time is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import polars as pl

from cockpit.automation.judging import BOOKINGS, REPLIES
from cockpit.model.viewer import Viewer
from cockpit.storage.attempts import BLOCKED, COMPLETED, FILLING, RESERVED
from cockpit.storage.database import Connection
from cockpit.storage.rule_report import (
    Counted,
    count_executions,
    list_answers,
    list_left_alone,
    list_meant,
)
from scoring.effect import Effect, Share, effect

DAYS: Final = 90
WATCHED: Final = timedelta(days=7)
MEASURES: Final[Mapping[str, tuple[str, ...]]] = {
    "answered": REPLIES,
    "booked": BOOKINGS,
    "won": ("OPPORTUNITY_WON",),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """How many of each group did something within the time they were watched."""

    name: str
    reached: Share
    left_alone: Share
    effect: Effect | None  # None: too few to compare


@dataclass(frozen=True, slots=True)
class Report:
    """What a rule did in a stretch of time."""

    since: datetime
    until: datetime
    counted: tuple[Counted, ...]
    people: int  # to whom something left
    answered: int  # of these, within the time after it
    booked: int
    measures: tuple[Measure, ...]
    watched_still: int  # people of both groups whose time is not over
    in_both: int  # counted in no group: the share of those left alone was changed meanwhile

    def count(self, *states: str) -> int:
        """How many executions are in one of these states."""
        return sum(one.count for one in self.counted if one.state in states)

    @property
    def sent(self) -> int:
        """How many left, or may have."""
        return self.count(*(state for state in FILLING if state != RESERVED))

    @property
    def outcomes(self) -> Mapping[str, int]:
        """How those ended of which the Hub told it, the most frequent first."""
        return _summed((one.outcome or "no outcome", one.count) for one in self.counted if one.state == COMPLETED)

    @property
    def blocked_by(self) -> Mapping[str, int]:
        """Why others never began, the most frequent reason first."""
        return _summed((one.reason or "blocked", one.count) for one in self.counted if one.state == BLOCKED)


def report(conn: Connection, viewer: Viewer, rule_key: str, until: datetime, *, days: int = DAYS) -> Report:
    """Read and compare; behind the wall all of it is of one's own people."""
    workspace_id, scope, since = viewer.workspace_id, viewer.scope, until - timedelta(days=days)
    counted = count_executions(conn, workspace_id, rule_key, since=since, scope=scope)
    meant = list_meant(conn, workspace_id, rule_key, scope=scope)
    alone = list_left_alone(conn, workspace_id, rule_key, scope=scope)
    ids = pl.concat([meant["person_id"], alone["person_id"]]).unique()
    types = sorted({kind for kinds in MEASURES.values() for kind in kinds})
    answers = list_answers(conn, workspace_id, ids.to_list(), types, since=since)
    both = meant.join(alone, on="person_id", how="semi")["person_id"]
    groups = [_group(one, both, since) for one in (meant, alone)]
    over = [one.filter(pl.col("first_at") <= until - WATCHED) for one in groups]
    left = meant.filter(pl.col("sent_at") >= since).select("person_id", first_at="sent_at")
    return Report(
        since=since,
        until=until,
        counted=counted,
        people=left.height,
        answered=_share(left, answers, "answered").yes,
        booked=_share(left, answers, "booked").yes,
        measures=tuple(_measure(name, over[0], over[1], answers) for name in MEASURES),
        watched_still=sum(one.height for one in groups) - sum(one.height for one in over),
        in_both=both.len(),
    )


def _group(people: pl.DataFrame, both: pl.Series, since: datetime) -> pl.DataFrame:
    mine = people.filter(pl.col("first_at") >= since, ~pl.col("person_id").is_in(both.implode()))
    return mine.select("person_id", "first_at")


def _measure(name: str, reached: pl.DataFrame, alone: pl.DataFrame, answers: pl.DataFrame) -> Measure:
    shares = _share(reached, answers, name), _share(alone, answers, name)
    return Measure(name, *shares, effect(*shares))


def _share(people: pl.DataFrame, answers: pl.DataFrame, name: str) -> Share:
    """How many did it after their instant, before their time was over."""
    told = answers.filter(pl.col("type").is_in(MEASURES[name])).join(people, on="person_id")
    late = pl.col("occurred_at") - pl.col("first_at")
    within = told.filter(late > timedelta(0), late <= WATCHED)
    return Share(within["person_id"].n_unique(), people.height)


def _summed(pairs: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for name, count in pairs:
        found[name] += count
    return dict(found.most_common())
