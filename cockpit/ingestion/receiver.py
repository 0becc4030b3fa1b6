"""Stores groups of requests for a server: a program of its own, so that pages do not take its turns at the interpreter.

It is told a database on standard input and then one group after another, and answers each on standard output with the
receipts or the error. It ends when its input does, after the group it is at: signals that end the server are not its.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from typing import IO, Any

from cockpit.errors import CockpitError
from cockpit.ingestion.store_group import store_group
from cockpit.ingestion.warm_up import warm_up
from cockpit.storage.database import Database, open_database


def main() -> None:
    """Store until nobody asks any more."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    stay_on_one_core()
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # whatever else is printed is no answer
    db = open_database(heard(asked))
    try:
        warm_up(db)
        gc.collect()
        gc.freeze()  # a collection that looks at all that is loaded takes longer than a group
        say(told, None)
        answer_all(db, asked, told)
    finally:
        db.close()


def stay_on_one_core() -> None:
    """Run on one core, with all threads, on systems that can say so; several processes spread over the cores.

    Polars carries out each plan in a thread of its own, also with one thread: handing a plan of three rows to one on
    another core that sleeps takes 130 microseconds of a processor, on the same core 30. A group has some fifty plans.
    """
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        core = cores[os.getpid() % len(cores)]
        for thread in os.listdir("/proc/self/task"):  # libraries have some already; later ones follow their starter
            os.sched_setaffinity(int(thread), {core})


def answer_all(db: Database, asked: IO[bytes], told: IO[bytes]) -> None:
    """One answer for each group."""
    while True:
        try:
            question = heard(asked)
        except EOFError:
            return
        try:
            answer: object = store_group(db, *question)
        except Exception as error:  # noqa: BLE001 - whatever it was, the server tells the caller it concerns
            answer = error if isinstance(error, CockpitError) else RuntimeError(f"{type(error).__name__}: {error}")
        say(told, answer)


def heard(stream: IO[bytes]) -> Any:
    """What the other side said.

    Raises:
        EOFError: it is gone.
    """
    return pickle.load(stream)  # noqa: S301 - a pipe between a server and the process that it started


def say(stream: IO[bytes], what: object) -> None:
    """Tell the other side."""
    pickle.dump(what, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


if __name__ == "__main__":
    main()
