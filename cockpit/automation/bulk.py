"""One action for many people: "N run, M skipped, because", each person in a transaction of its own.

run_bulk(db, viewer, wishes, now, told=None, *, also=None) -> BulkReport
preview_bulk(db, viewer, wishes, now) -> BulkReport      before anybody clicks; nothing is stored
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from cockpit.automation.execute import of_viewer
from cockpit.automation.reserve import Also, Reserved, preview, reserve
from cockpit.automation.wish import Wish
from cockpit.errors import Conflict, InvalidInput, NotFound
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.database import Database
from cockpit.storage.people import list_visible

MOST = 10_000
Told = Callable[[int, int], None]  # done, of how many


@dataclass(frozen=True, slots=True)
class BulkReport:
    """What came of a bulk."""

    batch_id: UUID
    reserved: tuple[Reserved, ...]
    unseen: int = 0  # people who are not there, or not on this side of the wall
    gone: int = 0  # what they were to get was decided by somebody else meanwhile

    @property
    def runs(self) -> int:
        """How many will go out."""
        return sum(one.runs for one in self.reserved)

    @property
    def skipped(self) -> int:
        """How many will not."""
        return len(self.reserved) - self.runs + self.unseen + self.gone

    @property
    def because(self) -> Mapping[str, int]:
        """Why not, the most frequent reason first."""
        reasons = Counter(one.reason or "blocked" for one in self.reserved if not one.runs)
        if self.unseen:
            reasons["There is no such person."] += self.unseen
        if self.gone:
            reasons["The suggestion is not open any more."] += self.gone
        return dict(reasons.most_common())

    @property
    def sentence(self) -> str:
        """The same in one line."""
        if not self.skipped:
            return f"{self.runs} run."
        why = "; ".join(f"{count}: {reason}" for reason, count in self.because.items())
        return f"{self.runs} run, {self.skipped} skipped, because {why}"


def run_bulk(
    db: Database,
    viewer: Viewer,
    wishes: Sequence[Wish],
    now: datetime,
    told: Told | None = None,
    *,
    also: Also | None = None,
) -> BulkReport:
    """Reserve an outreach to each; the batch can be recalled as one. `also` runs in each transaction that reserves.

    Raises:
        Forbidden: their role does not allow it.
        InvalidInput: these are too many at once.
    """
    batch_id, mine, unseen = _checked(db, viewer, wishes)
    found, gone = [], 0
    for done, wish in enumerate(mine, start=1):
        try:
            found.append(reserve(db, viewer.workspace_id, replace(wish, batch_id=batch_id), now, also))
        except (Conflict, NotFound):  # `also` says so; the others of the batch go on
            gone += 1
        if told:
            told(done, len(mine))
    return BulkReport(batch_id, tuple(found), unseen, gone)


def preview_bulk(db: Database, viewer: Viewer, wishes: Sequence[Wish], now: datetime) -> BulkReport:
    """What a bulk would do now; nothing is stored.

    Raises:
        Forbidden: their role does not allow it.
        InvalidInput: these are too many at once.
    """
    batch_id, mine, unseen = _checked(db, viewer, wishes)
    return BulkReport(batch_id, preview(db, viewer.workspace_id, mine, now), unseen)


def _checked(db: Database, viewer: Viewer, wishes: Sequence[Wish]) -> tuple[UUID, list[Wish], int]:
    viewer.check(Permission.DECIDE)
    if len(wishes) > MOST:
        raise InvalidInput(f"At most {MOST:,} people at once.")
    with db.read(viewer.workspace_id, viewer.scope) as conn:
        seen = list_visible(conn, viewer.workspace_id, [wish.person_id for wish in wishes], scope=viewer.scope)
    mine = [of_viewer(wish, viewer) for wish in wishes if wish.person_id in seen]
    return uuid4(), mine, len(wishes) - len(mine)
