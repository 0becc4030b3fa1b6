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
from scoring.guards.quick import DAY, Asked, Count, Gone
from scoring.instants import length

MINUTE = length(timedelta(minutes=1))
NOTHING: Sequence[Gone] = ()
Place = tuple[int, int]  # when an attempt was begun, and its id: the order in which waiting ones count


@dataclass(slots=True)
class Counter:
    """How many there were in a rolling window; instants only go forward."""

    window: int = DAY
    sent: deque[int] = field(default_factory=deque)
    places: list[Place] = field(default_factory=list)
    due: dict[Place, int] = field(default_factory=dict)
    dues: list[int] = field(default_factory=list)  # the same instants, in order

    def wait(self, place: Place, at: int) -> None:
        """Something waits, or waits for another instant."""
        before = self.due.get(place)
        if before is None:
            insort(self.places, place)
        else:
            del self.dues[bisect_left(self.dues, before)]
        self.due[place] = at
        insort(self.dues, at)

    def end(self, place: Place) -> None:
        """It waits no more."""
        due = self.due.pop(place, None)
        if due is not None:
            del self.places[bisect_left(self.places, place)]
            del self.dues[bisect_left(self.dues, due)]

    def tally(self, now: int, before: Place | None, most: int = 0) -> Count:
        """The count, of what waits only that which comes before a place; and when fewer than `most` are left."""
        sent = self.sent
        while sent and sent[0] <= now - self.window:
            sent.popleft()
        waits = len(self.places) if before is None else bisect_left(self.places, before)
        count = len(sent) + waits
        if count < most or not most:
            return Count(count)
        behind = count - most - len(sent)
        if behind < 0:
            return Count(count, sent[behind] + self.window)
        dues = self.dues if before is None else sorted(self.due[one] for one in self.places[:waits])
        return Count(count, dues[behind] + self.window)


@dataclass(slots=True)
class Books:
    """The whole ledger of a rehearsal but for the fuse, which takes its rate from it; people are numbers."""

    longest: int
    policy: GuardPolicy
    to_person: dict[int, list[Gone]] = field(default_factory=dict)
    automatic: Counter = field(default_factory=Counter)
    minute: Counter = field(default_factory=lambda: Counter(MINUTE))
    members: dict[UUID, Counter] = field(default_factory=dict)

    def tell(self, asked: Asked, who: int, owner: UUID | None, now: int, before: Place | None) -> None:
        """What guards would have been told then."""
        policy, mine = self.policy, self.to_person.get(who)
        asked.sends = [one for one in mine if one.at > now - self.longest] if mine else NOTHING
        if owner is not None:
            asked.member_day = self._member(owner).tally(now, before, policy.member_day)
        asked.has_member = owner is not None
        asked.workspace_day = self.automatic.tally(now, before, policy.workspace_day)
        asked.workspace_minute = self.minute.tally(now, before, policy.workspace_minute)

    def has_recent(self, who: int, now: int) -> bool:
        """Whether anything went to somebody that still counts."""
        mine = self.to_person.get(who)
        return bool(mine) and mine is not None and mine[-1].at > now - self.longest

    def member_is_full(self, owner: UUID | None, now: int) -> bool:
        """Whether whoever has the person has reached their limit."""
        most = self.policy.member_day
        return owner is not None and self._member(owner).tally(now, None, most).so_far >= most

    def send(self, who: int | None, gone: Gone, owner: UUID | None) -> None:
        """Something went out; None: to somebody of whom nothing is asked."""
        if who is not None:
            self.to_person.setdefault(who, []).append(gone)
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
