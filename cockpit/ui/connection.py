"""The one open cockpit of this process, as the screens reach it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cockpit.bootstrap import Cockpit, check_row_security, open_cockpit
from cockpit.errors import DatabaseUnavailable
from cockpit.settings import Settings

_open: list[Cockpit] = []
_lock = threading.Lock()


@contextmanager
def opened(settings: Settings) -> Iterator[Cockpit]:
    """Open the cockpit for as long as the server runs."""
    cockpit = open_cockpit(settings)
    with shared(cockpit):
        try:
            check_row_security(cockpit)
            yield cockpit
        finally:
            cockpit.db.close()


@contextmanager
def shared(cockpit: Cockpit) -> Iterator[None]:
    """Let the screens use a cockpit that somebody else opened and closes."""
    with _lock:
        _open.append(cockpit)
    try:
        yield
    finally:
        with _lock:
            _open.remove(cockpit)


def cockpit() -> Cockpit:
    """The cockpit that is open.

    Raises:
        DatabaseUnavailable: the server has not opened one, or is closing.
    """
    with _lock:
        if not _open:
            raise DatabaseUnavailable
        return _open[-1]
