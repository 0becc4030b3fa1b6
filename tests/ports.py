"""Ports for the servers that tests start.

A port is asked for first and bound by another process later. Those that the kernel hands out to whoever connects
somewhere may be taken in between, so ours lie below them; and every process that runs tests begins at another one.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import count

FIRST, MANY = 10_000, 20_000
_asked = count(os.getpid() * 211)


def free_port() -> int:
    """A port of this machine that nobody listens on, and that no other test of this process was given."""
    while True:
        port = FIRST + next(_asked) % MANY
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
