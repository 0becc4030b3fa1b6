"""Rehearsal: what a rule would have done in the last days, with the model and the signals of each instant.

rehearse(db, workspace_id, rule_key, now, *, spec=None, days=90, told=None) -> Rehearsal
difference(before, after) -> Difference
document(rehearsal), told_difference(difference)        as JSON

It reads, counts and forgets. Nothing here can reserve, claim or call: an import contract keeps that out of reach.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, cast
from uuid import UUID

import polars as pl

from cockpit.automation.judging import policy_of
from cockpit.automation.outreach import attempt_numbers, key_of, mapped
from cockpit.automation.rehearsal_facts import read_people
from cockpit.automation.rehearsal_play import Told, play
from cockpit.automation.rehearsal_script import Other, Script
from cockpit.automation.rehearsal_steps import Cues, Outcomes, Step
from cockpit.automation.rule_matching import matching
from cockpit.automation.rule_spec import RuleSpec, facts_of, spec_of
from cockpit.automation.wish import Wish
from cockpit.errors import InvalidInput
from cockpit.model.ids import PersonId, WorkspaceId
from cockpit.storage.action_mappings import find_action_mapping
from cockpit.storage.database import Connection, Database
from cockpit.storage.rehearsal_reads import list_sent, list_triggers
from cockpit.storage.rule_versions import get_stored_rule
from cockpit.storage.workspaces import get_workspace_by_id
from scoring.guards.quick import Gone
from scoring.instants import instant_of, length, micros

DAYS: Final = 90
MOST_DAYS: Final = 366
DAY: Final = timedelta(days=1)
MICROS_OF_DAY, MICROS_OF_HOUR = length(DAY), length(timedelta(hours=1))
UNLIMITED: Final = 1e9  # the fuse takes its rate from the rehearsal: in it, it does not blow
NOBODY: Final = PersonId(UUID(int=0))


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour and how many outreaches would have begun in it."""

    begins: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rule would have done."""

    rule_key: str
    since: datetime
    until: datetime
    signals: int  # of the types of the rule
    outcomes: Outcomes  # of the signals that its conditions meet

    @property
    def answered(self) -> int:
        """How many signals its conditions meet."""
        return len(self.outcomes.became)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What would have come of each of them."""
        return tuple(self.outcomes.step(cue) for cue in range(self.answered))

    def first_steps(self, most: int) -> list[Step]:
        """The first of them, without those that only joined one that waited."""
        alone = (cue for cue, became in enumerate(self.outcomes.became) if became != "joined")
        return [self.outcomes.step(cue) for cue in islice(alone, most)]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many signals led to what."""
        return self.outcomes.counts()

    @property
    def blocked_by(self) -> Mapping[str, int]:
        """The guards that would have said no, the most frequent first."""
        return self.outcomes.blocked_by()

    @property
    def sent(self) -> tuple[Step, ...]:
        """The outreaches, in the order in which they would have left."""
        gone = [self.outcomes.step(cue) for _, cue in self.outcomes.sent()]
        return tuple(sorted(gone, key=lambda step: (cast(datetime, step.sent_at), step.number)))

    @property
    def outreaches(self) -> int:
        """How many they are."""
        return len(self.outcomes.sent_at)

    @property
    def days(self) -> Mapping[str, int]:
        """How many of them on which day of UTC."""
        days = Counter(at // MICROS_OF_DAY for at, _ in self.outcomes.sent())
        return {f"{instant_of(day * MICROS_OF_DAY):%Y-%m-%d}": count for day, count in days.items()}

    @property
    def people(self) -> frozenset[str]:
        """Whom it would have reached."""
        return frozenset(self.outcomes.person_id(cue) for cue in self.outcomes.sent_at)

    @property
    def busiest_hour(self) -> Hour | None:
        """The hour with most of them, the first of several."""
        hours = Counter(at // MICROS_OF_HOUR for at in self.outcomes.sent_at.values())
        found = min(hours.items(), key=lambda pair: (-pair[1], pair[0]), default=None)
        return None if found is None else Hour(instant_of(found[0] * MICROS_OF_HOUR), found[1])

    @property
    def rate(self) -> float:
        """People in the busiest 24 hours: what the fuse is a multiple of."""
        gone = [(at, self.outcomes.cues.who[cue]) for at, cue in self.outcomes.sent()]
        here: Counter[int] = Counter()
        first = most = 0
        for at, who in gone:
            here[who] += 1
            while gone[first][0] <= at - MICROS_OF_DAY:
                left = gone[first][1]
                here[left] -= 1
                if not here[left]:
                    del here[left]
                first += 1
            most = max(most, len(here))
        return float(most)


@dataclass(frozen=True, slots=True)
class Difference:
    """What another version of a rule would have done otherwise."""

    no_more: frozenset[str]  # people
    newly: frozenset[str]
    both: frozenset[str]
    sent: int  # more outreaches than before, or fewer
    rate: float
    blocked_by: Mapping[str, int]


def rehearse(
    db: Database,
    workspace_id: WorkspaceId,
    rule_key: str,
    now: datetime,
    *,
    spec: RuleSpec | None = None,
    days: int = DAYS,
    told: Told | None = None,
) -> Rehearsal:
    """Play a rule, as it is or as `spec` would have it, through the last days; nothing is stored.

    Raises:
        NotFound: there is no such rule.
        InvalidInput: the rule cannot be read, or these are too many days.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"A rehearsal looks back from 1 to {MOST_DAYS} days.")
    since = now - days * DAY
    with db.snapshot(workspace_id) as conn:
        said = spec or spec_of(get_stored_rule(conn, workspace_id, rule_key))
        triggers = list_triggers(conn, workspace_id, said.signal_types, since=since, until=now)
        script = _script(conn, workspace_id, rule_key, said, triggers=triggers, since=since, until=now)
    return Rehearsal(rule_key, since, now, triggers.height, play(script, told))


def document(found: Rehearsal) -> dict[str, Any]:
    """A rehearsal as JSON: the counts, then who would have been reached when, and who not."""
    return told_counts(found) | {"steps": told_steps(found.steps)}


def told_steps(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps as JSON."""
    return [_told(step) for step in steps]


def told_counts(found: Rehearsal) -> dict[str, Any]:
    """A rehearsal as JSON, without its steps."""
    hour = found.busiest_hour
    return {
        "rule_key": found.rule_key,
        "since": found.since,
        "until": found.until,
        "signals": found.signals,
        "answered": found.answered,
        "people": len(found.people),
        "counts": found.counts,
        "blocked_by": found.blocked_by,
        "busiest_hour": hour and {"begins": hour.begins, "count": hour.count},
        "rate": found.rate,
    }


def told_difference(found: Difference) -> dict[str, Any]:
    """A difference as JSON."""
    lists = {name: sorted(getattr(found, name)) for name in ("newly", "no_more")}
    return {**lists, "both": len(found.both), "sent": found.sent, "rate": found.rate, "blocked_by": found.blocked_by}


def _told(step: Step) -> dict[str, Any]:
    plain = {"person_id": step.person_id, "at": step.at, "became": step.became, "sent_at": step.sent_at}
    plain |= {"guard": step.guard, "reason": step.reason}
    return {name: value for name, value in plain.items() if value is not None}


def difference(before: Rehearsal, after: Rehearsal) -> Difference:
    """What changes from one rehearsal to another of the same days."""
    blocked = Counter(after.blocked_by)
    blocked.subtract(before.blocked_by)
    return Difference(
        no_more=before.people - after.people,
        newly=after.people - before.people,
        both=before.people & after.people,
        sent=after.outreaches - before.outreaches,
        rate=after.rate - before.rate,
        blocked_by={guard: count for guard, count in sorted(blocked.items()) if count},
    )


def _script(
    conn: Connection,
    workspace_id: WorkspaceId,
    rule_key: str,
    spec: RuleSpec,
    *,
    triggers: pl.DataFrame,
    since: datetime,
    until: datetime,
) -> Script:
    workspace = get_workspace_by_id(conn, workspace_id)
    meant = matching(conn, workspace_id, triggers.with_columns(at=pl.col("occurred_at")), spec)
    asked = Wish(person_id=NOBODY, action_type=spec.action_type, channel=spec.channel, instruction=spec.instruction)
    mapping = mapped(find_action_mapping(conn, workspace_id, spec.action_type), asked)
    channel = None if mapping is None else mapping.channel
    rule = facts_of(rule_key, spec, enabled_at=since, rehearsed_rate=UNLIMITED)
    ids = meant["person_id"].unique(maintain_order=True).to_list()
    people = read_people(conn, workspace, ids, channel or "", rule.active_hours, since=since, until=until)
    others = list_sent(conn, workspace_id, since=since - 7 * DAY, until=until, but_rule=rule_key)
    policy = replace(policy_of(workspace, {}), paused="none")
    numbers = {who: number for number, who in enumerate(people.ids)}
    return Script(
        rule=rule,
        channel=channel,
        action_type=spec.action_type,
        holdout_percent=spec.holdout_percent,
        policy=policy,
        people=people,
        cues=_cues(workspace_id, rule_key, meant, numbers),
        others=[_other(row, numbers) for row in others.iter_rows(named=True)],
        until=micros(until),
    )


def _cues(workspace_id: WorkspaceId, rule_key: str, meant: pl.DataFrame, numbers: Mapping[str, int]) -> Cues:
    instants = meant["occurred_at"].dt.epoch("us").to_list()
    sources, events = meant["source"].to_list(), meant["source_event_id"].to_list()
    number_of = attempt_numbers(workspace_id)
    people = [numbers[who] for who in meant["person_id"].to_list()]
    return Cues(instants, people, lambda cue: number_of(key_of(rule_key, sources[cue], events[cue])))


def _other(row: Mapping[str, Any], numbers: Mapping[str, int]) -> Other:
    gone = Gone(micros(row["sent_at"]), row["channel"], row["origin"] != "manual", of_rule=False)
    owner = row["requested_by"]
    return Other(numbers.get(row["person_id"]), gone, None if owner is None else UUID(owner))
