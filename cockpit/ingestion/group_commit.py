"""Group commit: requests that arrive together become one transaction, each with its own answer after the commit.

Storing thirty signals takes little longer than storing one. A thread takes what is waiting, workspace by workspace in
turn, and while it commits the next group gathers: under load groups grow by themselves, without it nobody waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from threading import Condition, Thread

from cockpit.errors import DatabaseUnavailable
from cockpit.ingestion.answered import Repeatable
from cockpit.ingestion.receive import Signals, WithDatabase
from cockpit.ingestion.receivers import Receivers
from cockpit.ingestion.record import Receipt
from cockpit.model.ids import WorkspaceId

MOST_IN_GROUP = 1_000  # signals
MOST_WAITING = 20_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, and the future of its answer."""

    signals: Signals
    repeatable: Repeatable | None = None
    answer: Future[Receipt] = field(default_factory=Future)

    @property
    def key(self) -> str:
        """The key of the caller's own; empty without one."""
        return self.repeatable.key if self.repeatable else ""


class GroupCommit:
    """The queue in front of `receive`; one per process."""

    def __init__(self, cockpit: Callable[[], WithDatabase], clock: Callable[[], datetime]) -> None:
        """Store into the cockpit that is open; the thread starts with the first request."""
        self._cockpit = cockpit
        self._clock = clock
        self._waiting: dict[WorkspaceId, deque[Asked]] = {}
        self._size = 0
        self._crowd = 0  # requests that waited when the last group was taken
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False
        self._receivers = Receivers()

    def prepare(self) -> None:
        """Be ready for a crowd before it comes: what is started under load takes its seconds from those who wait."""
        self._receivers.start(self._cockpit().db)

    def submit(
        self, workspace_id: WorkspaceId, signals: Signals, repeatable: Repeatable | None = None
    ) -> Future[Receipt]:
        """Hand in a request; its future is done once it is committed, or failed.

        Raises:
            DatabaseUnavailable: the queue is full or closed; nothing of this request is stored.
        """
        asked = Asked(signals, repeatable)
        with self._changed:
            if self._closed or self._size + len(signals) > MOST_WAITING:
                raise DatabaseUnavailable("More signals are waiting than can be stored soon; retry in a moment.")
            self._waiting.setdefault(workspace_id, deque()).append(asked)
            self._size += len(signals)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="group-commit", daemon=True)
                self._thread.start()
            self._changed.notify()
        return asked.answer

    def close(self) -> None:
        """Take nothing more, store what is waiting, and end."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        self._receivers.close()

    def _run(self) -> None:
        while (found := self._next()) is not None:
            workspace_id, group = found
            # From here on nobody can take a request back: whoever did before is not stored.
            if wanted := [asked for asked in group if asked.answer.set_running_or_notify_cancel()]:
                self._commit(workspace_id, wanted)

    def _next(self) -> tuple[WorkspaceId, list[Asked]] | None:
        """What is stored next: everything that waits in one workspace, up to a size; None at the end."""
        with self._changed:
            while not self._waiting:
                if self._closed:
                    return None
                self._changed.wait()
            self._crowd = sum(map(len, self._waiting.values()))
            workspace_id = next(iter(self._waiting))
            queue = self._waiting.pop(workspace_id)
            group = _first(queue)
            self._size -= sum(len(asked.signals) for asked in group)
            if queue:
                self._waiting[workspace_id] = queue  # at the end: the other workspaces have their turn first
            return workspace_id, group

    def _commit(self, workspace_id: WorkspaceId, group: list[Asked], *, again: bool = True) -> None:
        """Store a group; when that fails each alone, so that nobody fails for a neighbour."""
        try:
            answers = self._stored(workspace_id, group)
        except DatabaseUnavailable as error:
            if again:  # another transaction got in the way, or the connection was gone
                self._commit(workspace_id, group, again=False)
            else:
                _fail(group, error)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is told to the caller it concerns
            if len(group) == 1:
                _fail(group, error)
            for asked in group if len(group) > 1 else ():
                self._commit(workspace_id, [asked])
        else:
            for asked, receipt in zip(group, answers, strict=True):
                asked.answer.set_result(receipt)

    def _stored(self, workspace_id: WorkspaceId, group: list[Asked]) -> list[Receipt]:
        """The receipts of a group that is committed."""
        asked = [(one.signals, one.repeatable) for one in group]
        self._receivers.meet(self._cockpit().db, self._crowd)
        return self._receivers.store(self._cockpit().db, workspace_id, asked, self._clock())


def _fail(group: list[Asked], error: Exception) -> None:
    for asked in group:
        asked.answer.set_exception(error)


def _first(queue: deque[Asked]) -> list[Asked]:
    """The head of a queue; a request whose key is in the group already waits for its answer."""
    group: list[Asked] = []
    keys: set[str] = set()
    size = 0
    while queue:
        asked = queue[0]
        if group and (size + len(asked.signals) > MOST_IN_GROUP or asked.key in keys):
            break
        group.append(queue.popleft())
        size += len(asked.signals)
        keys |= {asked.key} if asked.key else set()
    return group
