"""Attempts of a rehearsal that wait: by person, of whom one waits at most, and by the instant at which they are due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from operator import attrgetter
from uuid import UUID

from scoring.timetable import FAR


@dataclass(slots=True)
class Waiting:
    """An attempt that has not left; people and signals are numbers, instants microseconds."""

    cue: int
    who: int
    owner: UUID | None
    place: int  # among all attempts
    evidence: int  # the newest signal that it answers
    heard: int  # until then the person does nothing that guards look at
    shuts: int  # until then the hours are right
    attempt: int = 0  # its number, where it had to be known


@dataclass(slots=True)
class Line:
    """All of them."""

    attempt: Callable[[int], int]  # its number: of one instant they leave in this order
    of: dict[int, Waiting] = field(default_factory=dict)
    due: dict[int, list[Waiting]] = field(default_factory=dict)
    instants: list[int] = field(default_factory=list)

    @property
    def next_at(self) -> int:
        """When the next are due, or FAR."""
        return self.instants[0] if self.instants else FAR

    def wait(self, some: Iterable[Waiting], at: int) -> None:
        """They are due at an instant."""
        if at not in self.due:
            heappush(self.instants, at)
            self.due[at] = []
        self.due[at].extend(some)

    def before(self, now: int) -> Iterator[tuple[int, list[Waiting]]]:
        """Take out what is due before an instant, instant by instant."""
        while self.next_at < now:
            at = heappop(self.instants)
            some = self.due.pop(at)
            if len(some) > 1:
                for one in some:
                    one.attempt = one.attempt or self.attempt(one.cue)
                some.sort(key=attrgetter("attempt"))
            yield at, some

    def has(self, one: Waiting) -> bool:
        """Whether it still waits."""
        return self.of.get(one.who) is one
