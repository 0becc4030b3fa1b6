"""Kill what takes signals with SIGKILL while many wait, send all of them again, and look what is there.

python -m tests.campaigns.kill_serving --times 20 --engine duckdb|postgresql      the real server, over HTTP

Sixteen requests are always on their way; the blow comes some milliseconds after one of the answers, whichever it is.
Whatever was answered `accepted` must be there, nothing may be there twice, and the sums must be those of the signals.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from cockpit.bootstrap import open_cockpit
from cockpit.ingestion.rulebook import get_rulebook
from cockpit.model.ids import workspace_id_of
from cockpit.settings import Settings
from cockpit.storage.evidence import get_evidence
from cockpit.storage.people import list_person_ids_after
from cockpit.storage.signals import count_signals, list_signals
from scoring.evidence import replay
from tests.campaigns.kill_import import a_server, duckdb_urls, postgres_urls
from tests.campaigns.post_signals import SIGNALS, SUBDOMAIN, TYPES, prepare, server
from tests.campaigns.wire import Wire

Answers = dict[int, str]
STORED = {"accepted", "duplicate"}
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Blow:
    """When the server is killed: so long after so many answers."""

    answers: int
    seconds: float


def signals_of(count: int, now: datetime) -> list[dict[str, object]]:
    """Signals of few people, so that groups meet the same ones again."""
    return [
        {
            "source_event_id": f"s{number}",
            "type": TYPES[number % len(TYPES)],
            "occurred_at": (now - timedelta(seconds=count - number)).isoformat(),
            "external_id": f"p{number % 25}",
        }
        for number in range(count)
    ]


def sent_to_child(url: str, signals: Sequence[dict[str, object]], kill_after: int | None) -> Answers:
    """The answers of the queue in a process of its own; killed after so many of them."""
    command = [sys.executable, "-m", "tests.campaigns.queue_child", url, SUBDOMAIN]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("".join(json.dumps(one) + "\n" for one in signals))
        child.stdin.close()
        told = list(islice(child.stdout, kill_after))
        if kill_after is not None:
            os.kill(child.pid, signal.SIGKILL)
        told += list(child.stdout)  # what was answered before the blow
        assert child.wait() == (0 if kill_after is None else -signal.SIGKILL)
    return {int(number): status for number, status in (line.split() for line in told if line.endswith("\n"))}


async def posted(
    address: str, key: str, signals: Sequence[dict[str, object]], blow: Callable[[int], None] = lambda answered: None
) -> Answers:
    """The answers of the server, as far as it lives to give them; after each one `blow` may end its life."""
    wire, answers, places = Wire(address, key), Answers(), asyncio.Semaphore(AT_ONCE)

    async def post(number: int) -> None:
        names = {"source_event_id": "sourceEventId", "occurred_at": "occurredAt", "external_id": "externalId"}
        body = {names.get(name, name): value for name, value in signals[number].items()}
        try:
            async with places:
                code, told = await wire.post(SIGNALS, body)
        except (OSError, asyncio.IncompleteReadError):
            return
        answers[number] = told["data"]["createSignal"]["status"] if "data" in told else str(code)
        blow(len(answers))

    await asyncio.gather(*map(post, range(len(signals))))
    wire.close()
    return answers


async def posted_until_killed(
    address: str, key: str, signals: Sequence[dict[str, object]], pid: int, blow: Blow
) -> Answers:
    """The same, with the server killed soon after so many answers."""

    def strike(answered: int) -> None:
        if answered == blow.answers:
            asyncio.get_running_loop().call_later(blow.seconds, os.kill, pid, signal.SIGKILL)

    return await posted(address, key, signals, strike)


def check(url: str, count: int, first: Answers, second: Answers) -> None:
    """Everything is there once, and the sums are those of the signals."""
    workspace_id = workspace_id_of(SUBDOMAIN)
    assert set(first.values()) <= {"accepted"}, first
    assert len(second) == count
    assert set(second.values()) <= STORED, second
    with open_cockpit(Settings(database_url=url)) as cockpit, cockpit.db.read(workspace_id) as conn:
        assert count_signals(conn, workspace_id) == count
        ids = list_person_ids_after(conn, workspace_id, None, 1_000)
        kept = get_evidence(conn, workspace_id, ids)
        again = replay(list_signals(conn, workspace_id, ids), get_rulebook(conn, workspace_id).catalogue)
    keys = ["person_id", "type"]
    whole = ("person_id", "type", "last_at", "day_count", "total")
    assert kept.accumulators.sort(keys).select(whole).equals(again.accumulators.sort(keys).select(whole))
    assert kept.people.sort("person_id").equals(again.people.sort("person_id"))


def campaign(urls: Iterator[str], folder: Path, times: int, seed: int, count: int) -> Iterator[tuple[int, int]]:
    """So many kills of the real server, each on a database of its own.

    For each, how many requests were answered before it, and how many more had been stored without an answer.
    """
    random = Random(seed)
    for _ in range(times):
        url, signals = next(urls), signals_of(count, datetime.now(UTC))
        _, key, _ = prepare(url, 0)
        blow = Blow(random.randrange(1, count - AT_ONCE), random.uniform(0, 0.06))
        with server(url, folder) as (address, pid):
            first = asyncio.run(posted_until_killed(address, key, signals, pid, blow))
        with server(url, folder) as (address, _):
            second = asyncio.run(posted(address, key, signals))
        check(url, count, first, second)
        yield len(first), sum(status == "duplicate" for number, status in second.items() if number not in first)


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--signals", type=int, default=300)  # at once: fewer than the rate a key may have
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-serving-"))
    try:
        with a_server(folder) if asked.engine == "postgresql" else nullcontext("") as address:
            urls = postgres_urls(address) if address else duckdb_urls(folder)
            for answered, unheard in campaign(urls, folder, asked.times, asked.seed, asked.signals):
                print(  # noqa: T201
                    f"killed after {answered} of {asked.signals} answers, {unheard} more were stored: all there once",
                    flush=True,
                )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{asked.engine}: {asked.times} kills, nothing lost, nothing doubled")  # noqa: T201


if __name__ == "__main__":
    main()
