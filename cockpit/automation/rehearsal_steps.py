"""What a rehearsal says of each signal: kept short while it is played, told in full where somebody looks.

Outcomes.counts(), blocked_by(), sent()
Outcomes.step(cue) -> Step
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Literal, NamedTuple
from uuid import UUID

from scoring.guards.quick import NONE, Count, Gone
from scoring.instants import instant_of

Became = Literal["sent", "blocked", "joined", "held out", "cancelled", "waiting"]


class Step(NamedTuple):
    """What would have come of one signal."""

    number: int  # of the attempt
    person_id: str
    happened: int  # the signal
    became: Became
    sent_at: datetime | None = None
    guard: str | None = None  # the first that said no
    reason: str | None = None

    @property
    def at(self) -> datetime:
        """When the signal was."""
        return instant_of(self.happened)

    @property
    def attempt_id(self) -> UUID:
        """The id that the attempt would have had."""
        return UUID(int=self.number)


@dataclass(frozen=True, slots=True)
class Cues:
    """The signals that the rule answers, in order; people are numbers, and so are attempts."""

    at: Sequence[int]
    who: Sequence[int]
    number_of: Callable[[int], int]  # of the attempt: worked out where it is asked for
    attempts: dict[int, int] = field(default_factory=dict)

    def attempt(self, cue: int) -> int:
        """The number of the attempt that this signal would make."""
        found = self.attempts.get(cue)
        if found is None:
            found = self.attempts[cue] = self.number_of(cue)
        return found

    def places(self) -> list[int]:
        """Where each stands among all: by its instant, of one instant by the attempt."""
        found = list(range(len(self.at)))
        for _, group in groupby(range(len(self.at)), key=self.at.__getitem__):
            together = list(group)
            if len(together) > 1:
                for place, cue in zip(together, sorted(together, key=self.attempt), strict=True):
                    found[cue] = place
        return found


class Refused(NamedTuple):
    """A guard that said no, and what it was told besides what is known of the person then."""

    guard: str
    at: int
    evidence_at: int
    sends: Sequence[Gone] = ()
    member_day: Count = NONE
    workspace_day: Count = NONE
    workspace_minute: Count = NONE


class Said(NamedTuple):
    """Another reason than a guard's."""

    guard: str | None
    reason: str


Why = Refused | Said


@dataclass(slots=True)
class Outcomes:
    """What came of all of them."""

    cues: Cues
    ids: Sequence[str]  # of people
    reason_of: Callable[[Refused, int], str | None]  # of somebody
    became: list[Became] = field(init=False)
    sent_at: dict[int, int] = field(default_factory=dict)
    why: dict[int, Why] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """They wait, as long as nothing else came of them."""
        self.became = ["waiting"] * len(self.cues.at)

    def counts(self) -> Mapping[str, int]:
        """How many signals led to what."""
        return dict(Counter(self.became).most_common())

    def blocked_by(self) -> Mapping[str, int]:
        """What would have said no, the most frequent first."""
        blocked = (cue for cue, became in enumerate(self.became) if became == "blocked")
        return dict(Counter(self.why[cue].guard or "guard" for cue in blocked).most_common())

    def sent(self) -> list[tuple[int, int]]:
        """When outreaches would have left, in order, and of which signals."""
        return sorted((at, cue) for cue, at in self.sent_at.items())

    def person_id(self, cue: int) -> str:
        """Whose signal it was."""
        return self.ids[self.cues.who[cue]]

    def step(self, cue: int) -> Step:
        """All that is told of one."""
        at, why, became = self.sent_at.get(cue), self.why.get(cue), self.became[cue]
        guard, reason = (why.guard, self._reason(why, cue)) if why else (None, None)
        gone = None if at is None else instant_of(at)
        cues = self.cues
        return Step(cues.attempt(cue), self.person_id(cue), cues.at[cue], became, gone, guard, reason)

    def _reason(self, why: Why, cue: int) -> str | None:
        return why.reason if isinstance(why, Said) else self.reason_of(why, self.cues.who[cue])
