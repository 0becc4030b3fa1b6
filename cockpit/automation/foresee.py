"""What would come of a click at this moment, for the button that has not been pressed: reads only, holds nothing.

foresee(conn, viewer, wish, now) -> Foreseen

The answer may be another one by the time of the click; what counts is what `reserve` finds in its transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cockpit.automation.execute import of_viewer
from cockpit.automation.judging import judge_person
from cockpit.automation.outreach import mapped, unmapped
from cockpit.automation.reserve import TAKEN, drawn_up
from cockpit.automation.wish import Wish
from cockpit.model.viewer import Viewer
from cockpit.storage.action_mappings import find_action_mapping
from cockpit.storage.database import Connection
from cockpit.storage.guard_facts import get_person_row
from cockpit.storage.guard_windows import find_window

NOBODY = UUID(int=0)  # of an attempt that is never stored


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Which guard stands in the way, what it says, and when time alone will have opened all of them."""

    guard: str | None = None
    reason: str | None = None
    opens_at: datetime | None = None


def foresee(conn: Connection, viewer: Viewer, wish: Wish, now: datetime) -> Foreseen:
    """Why a wish would be blocked now; nothing of it is written down.

    Raises:
        NotFound: there is no such person on their side of the wall.
    """
    workspace_id, mine = viewer.workspace_id, of_viewer(wish, viewer)
    person = get_person_row(conn, workspace_id, wish.person_id, scope=viewer.scope)
    mapping = mapped(find_action_mapping(conn, workspace_id, wish.action_type), mine)
    if mapping is None:
        return Foreseen("mapping", unmapped(mine).reason)
    attempt = drawn_up(workspace_id, NOBODY, mine, mapping, now)
    judged = judge_person(conn, workspace_id, person, attempt, now, stored=False)
    if not judged.allowed:
        return Foreseen(judged.refusals[0].guard, judged.reason, judged.opens_at)
    window = find_window(conn, workspace_id, wish.person_id, attempt.guard_window)
    if window is not None and window.until > now:
        return Foreseen("window", TAKEN, window.until)
    return Foreseen()
