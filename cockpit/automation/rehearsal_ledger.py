"""What would have gone out in a rehearsal: the ledger that cooldowns and caps count in, without a database.

It counts as cockpit.storage.ledger does: what went out, and of what waits that which was begun earlier. Instants are
microseconds.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from scoring.guards.policy import GuardPolicy
from scoring.guards.quick import DAY, NEVER, Asked, Count, Gone
from scoring.instants import length

MINUTE = length(timedelta(minutes=1))
NOTHING: Sequence[Gone] = ()
Place = int  # of an attempt among all, by when it was begun and its id: the order in which waiting ones count


@dataclass(slots=True)
class Counter:
    """How many there were in a rolling window; instants only go forward."""

    window: int = DAY
    sent: deque[int] = field(default_factory=deque)
    places: list[Place] = field(default_factory=list)
    due: dict[Place, int] = field(default_factory=dict)
    dues: list[int] | None = None  # the same instants in order, where somebody asked since they last changed

    def wait(self, place: Place, at: int) -> None:
        """Something waits, or waits for another instant."""
        if place not in self.due:
            insort(self.places, place)
        self.due[place] = at
        self.dues = None

    def end(self, place: Place) -> None:
        """It waits no more."""
        if self.due.pop(place, None) is not None:
            del self.places[bisect_left(self.places, place)]
            self.dues = None

    def at_most(self, now: int) -> int:
        """How many there are, with all that wait."""
        sent = self.sent
        while sent and sent[0] <= now - self.window:
            sent.popleft()
        return len(sent) + len(self.places)

    def has_room(self, now: int, before: Place | None, most: int) -> bool:
        """Whether there are fewer than so many."""
        if len(self.sent) + len(self.places) < most:
            return True
        here = self.at_most(now)
        return here < most or (before is not None and here - len(self.places) + bisect_left(self.places, before) < most)

    def tally(self, now: int, before: Place | None, most: int = 0) -> Count:
        """The count, of what waits only that which comes before a place; and when fewer than `most` are left."""
        count = self.at_most(now)
        waits = len(self.places) if before is None else bisect_left(self.places, before)
        count += waits - len(self.places)
        if count < most or not most:
            return Count(count)
        behind = count - most - len(self.sent)
        if behind < 0:
            return Count(count, self.sent[behind] + self.window)
        return Count(count, self._dues(before, waits)[behind] + self.window)

    def _dues(self, before: Place | None, waits: int) -> list[int]:
        if before is not None:
            return sorted(self.due[one] for one in self.places[:waits])
        if self.dues is None:
            self.dues = sorted(self.due.values())
        return self.dues


@dataclass(slots=True)
class Books:
    """The whole ledger of a rehearsal but for the fuse, which takes its rate from it; people are numbers."""

    longest: int
    policy: GuardPolicy
    to_person: dict[int, list[Gone]] = field(default_factory=dict)
    recent: dict[int, int] = field(default_factory=dict)  # when the last went to each
    automatic: Counter = field(default_factory=Counter)
    minute: Counter = field(default_factory=lambda: Counter(MINUTE))
    members: dict[UUID, Counter] = field(default_factory=dict)

    def tell(self, asked: Asked, owner: UUID | None, now: int, before: Place | None) -> None:
        """What guards that count would have been told then."""
        policy = self.policy
        if owner is not None:
            asked.member_day = self._member(owner).tally(now, before, policy.member_day)
        asked.has_member = owner is not None
        asked.workspace_day = self.automatic.tally(now, before, policy.workspace_day)
        asked.workspace_minute = self.minute.tally(now, None, policy.workspace_minute)

    def sends(self, who: int, now: int) -> Sequence[Gone]:
        """What went to somebody and still counts."""
        mine = self.to_person.get(who)
        return [one for one in mine if one.at > now - self.longest] if mine else NOTHING

    def last(self, who: int) -> int:
        """When something last went to somebody, or NEVER."""
        return self.recent.get(who, NEVER)

    def has_room(self, now: int, before: Place | None = None) -> bool:
        """Whether the workspace's day and minute have; of what waits that counts which is before a place."""
        policy = self.policy
        has_room = self.minute.has_room(now, None, policy.workspace_minute)
        return has_room and self.automatic.has_room(now, before, policy.workspace_day)

    def day_has_room(self, now: int) -> bool:
        """The same of the day alone."""
        return self.automatic.has_room(now, None, self.policy.workspace_day)

    def minute_has_room(self, now: int) -> bool:
        """The same of the minute."""
        return self.minute.has_room(now, None, self.policy.workspace_minute)

    def member_has_room(self, owner: UUID | None, now: int, before: Place | None = None) -> bool:
        """Whether whoever has the person is below their limit."""
        return owner is None or self._member(owner).has_room(now, before, self.policy.member_day)

    def counts(self, now: int) -> tuple[Count, Count]:
        """Those of the workspace's day and minute."""
        day, minute = self.policy.workspace_day, self.policy.workspace_minute
        return self.automatic.tally(now, None, day), self.minute.tally(now, None, minute)

    def send(self, who: int | None, gone: Gone, owner: UUID | None) -> None:
        """Something went out; None: to somebody of whom nothing is asked."""
        if who is not None:
            self.to_person.setdefault(who, []).append(gone)
            self.recent[who] = gone.at
        if owner is not None:
            self._member(owner).sent.append(gone.at)
        if gone.automatic:
            self.automatic.sent.append(gone.at)
            self.minute.sent.append(gone.at)

    def wait(self, place: Place, owner: UUID | None, at: int) -> None:
        """An attempt of the rule waits."""
        self.automatic.wait(place, at)
        if owner is not None:
            self._member(owner).wait(place, at)

    def postpone(self, some: Sequence[tuple[Place, UUID | None]], at: int) -> None:
        """Attempts that wait do so for another instant."""
        self.automatic.due.update(dict.fromkeys((place for place, _ in some), at))
        self.automatic.dues = None
        for place, owner in some:
            if owner is not None:
                self._member(owner).wait(place, at)

    def end(self, place: Place, owner: UUID | None) -> None:
        """It waits no more."""
        self.automatic.end(place)
        if owner is not None:
            self._member(owner).end(place)

    def _member(self, owner: UUID) -> Counter:
        found = self.members.get(owner)
        if found is None:
            found = self.members[owner] = Counter()
        return found
