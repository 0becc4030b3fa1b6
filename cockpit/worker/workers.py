"""Everything that runs beside the screens: one thread for each kind of work, so that none waits for another."""

from __future__ import annotations

from cockpit.access.avatar_queue import AvatarQueue
from cockpit.bootstrap import Cockpit
from cockpit.worker import cleaning, guard_notes, provisioning, rehearsals, rules
from cockpit.worker.dispatch import SECONDS as DISPATCH_SECONDS
from cockpit.worker.dispatch import dispatcher_of
from cockpit.worker.loop import Loop
from cockpit.worker.refresh import RefreshWorker
from cockpit.worker.workflows import SECONDS as WORKFLOW_SECONDS
from cockpit.worker.workflows import WorkflowWorker


class Workers:
    """The threads of one process, started and stopped by the server's lifespan."""

    def __init__(self, cockpit: Cockpit, avatars: AvatarQueue | None = None) -> None:
        """Work on this cockpit; `avatars` fetches its pictures from elsewhere than the public internet."""
        self._dispatcher = dispatcher_of(cockpit)
        workflows = WorkflowWorker(cockpit)
        pictures = avatars or AvatarQueue(lambda: cockpit)
        self._loops = (
            RefreshWorker(cockpit),
            Loop("provisioning", lambda now: provisioning.resume_due(cockpit, now), provisioning.SECONDS),
            Loop("hub-calls", lambda now: provisioning.call_due(cockpit, now), provisioning.SECONDS),
            Loop("rules", lambda now: rules.fire_rules(cockpit, now), rules.SECONDS),
            Loop("rehearsals", lambda _: rehearsals.rehearse_due(cockpit), rehearsals.SECONDS),
            Loop("workflows", lambda _: workflows.round(), WORKFLOW_SECONDS),
            Loop("dispatch", lambda _: self._dispatcher.round(), DISPATCH_SECONDS),
            Loop("guard-log", lambda _: guard_notes.write_notes(cockpit), guard_notes.SECONDS),
            Loop("cleaning", lambda now: cleaning.forget_old(cockpit, now), cleaning.SECONDS),
            Loop("avatars", pictures.fetch_waiting, 1.0),
        )

    @property
    def is_alive(self) -> bool:
        """Whether all of them run."""
        return all(loop.is_alive for loop in self._loops)

    def start(self) -> None:
        """Begin."""
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """End, each after the transaction at hand."""
        for loop in self._loops:
            loop.end()
        self._dispatcher.stop()
        for loop in self._loops:
            loop.stop()
