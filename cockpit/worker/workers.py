"""Everything that runs beside the screens: one thread for each kind of work, so that none waits for another."""

from __future__ import annotations

from cockpit.access.avatar_queue import AvatarQueue
from cockpit.bootstrap import Cockpit
from cockpit.worker import cleaning, provisioning
from cockpit.worker.loop import Loop
from cockpit.worker.refresh import RefreshWorker


class Workers:
    """The threads of one process, started and stopped by the server's lifespan."""

    def __init__(self, cockpit: Cockpit, avatars: AvatarQueue) -> None:
        """Work on this cockpit, and on the pictures that its HTTP side is asked for."""
        self._loops = (
            RefreshWorker(cockpit),
            Loop("provisioning", lambda now: provisioning.resume_due(cockpit, now), provisioning.SECONDS),
            Loop("hub-calls", lambda now: provisioning.call_due(cockpit, now), provisioning.SECONDS),
            Loop("avatars", avatars.fetch_waiting, 1.0),
            Loop("cleaning", lambda now: cleaning.forget_old(cockpit, now), cleaning.SECONDS),
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
        for loop in self._loops:
            loop.stop()
