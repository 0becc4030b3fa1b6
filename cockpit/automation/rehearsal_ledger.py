"""What would have gone out in a rehearsal: the ledger that cooldowns and caps count in, without a database.

It counts as cockpit.storage.ledger does: what went out, and of what waits that which was begun earlier.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from scoring.guards.facts import Ledger, Sent, Tally
from scoring.guards.policy import GuardPolicy

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
Place = tuple[datetime, int]  # when an attempt was begun, and its id: the order in which waiting ones count


def place_of(created_at: datetime, attempt_id: UUID) -> Place:
    """Where an attempt is among those that wait."""
    return created_at, attempt_id.int


@dataclass(slots=True)
class Counter:
    """How many there were in a rolling window; instants only go forward."""

    window: timedelta = DAY
    sent: deque[datetime] = field(default_factory=deque)
    places: list[Place] = field(default_factory=list)
    due: dict[Place, datetime] = field(default_factory=dict)

    def wait(self, place: Place, at: datetime) -> None:
        """Something waits, or waits for another instant."""
        if place not in self.due:
            insort(self.places, place)
        self.due[place] = at

    def end(self, place: Place) -> None:
        """It waits no more."""
        if self.due.pop(place, None) is not None:
            del self.places[bisect_left(self.places, place)]

    def tally(self, now: datetime, before: Place | None, most: int = 0) -> Tally:
        """The count, of what waits only that which comes before a place; and when fewer than `most` are left."""
        while self.sent and self.sent[0] <= now - self.window:
            self.sent.popleft()
        waits = len(self.places) if before is None else bisect_left(self.places, before)
        count = len(self.sent) + waits
        if not 0 < most <= count:
            return Tally(count)
        behind = count - most - len(self.sent)
        leaves_at = self.sent[behind] if behind < 0 else sorted(self.due[one] for one in self.places[:waits])[behind]
        return Tally(count, leaves_at + self.window)


@dataclass(slots=True)
class Books:
    """The whole ledger of a rehearsal."""

    longest: timedelta
    policy: GuardPolicy
    to_person: dict[str, list[Sent]] = field(default_factory=dict)
    automatic: Counter = field(default_factory=Counter)
    minute: Counter = field(default_factory=lambda: Counter(MINUTE))
    rule: Counter = field(default_factory=Counter)
    members: dict[UUID | None, Counter] = field(default_factory=dict)

    def of(self, person: str, owner: UUID | None, now: datetime, before: Place | None) -> Ledger:
        """What guards would have been told then."""
        mine = self.to_person.get(person, ())
        return Ledger(
            sends=tuple(one for one in mine if one.at > now - self.longest),
            member_day=self._member(owner).tally(now, before, self.policy.member_day),
            workspace_day=self.automatic.tally(now, before, self.policy.workspace_day),
            workspace_minute=self.minute.tally(now, before, self.policy.workspace_minute),
            rule_day=self.rule.tally(now, before),
        )

    def send(self, person: str, sent: Sent, owner: UUID | None, *, of_rule: bool) -> None:
        """Something went out."""
        self.to_person.setdefault(person, []).append(sent)
        self._member(owner).sent.append(sent.at)
        if sent.origin != "manual":
            self.automatic.sent.append(sent.at)
            self.minute.sent.append(sent.at)
        if of_rule:
            self.rule.sent.append(sent.at)

    def wait(self, place: Place, owner: UUID | None, at: datetime) -> None:
        """An attempt of the rule waits."""
        for counter in (self.automatic, self.rule, self._member(owner)):
            counter.wait(place, at)

    def end(self, place: Place, owner: UUID | None) -> None:
        """It waits no more."""
        for counter in (self.automatic, self.rule, self._member(owner)):
            counter.end(place)

    def _member(self, owner: UUID | None) -> Counter:
        return self.members.setdefault(owner, Counter())
