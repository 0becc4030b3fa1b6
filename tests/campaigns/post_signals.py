"""Post signals to the real server at a steady rate from several clients, and prove that none is lost or doubled.

python -m tests.campaigns.post_signals --clients 8 --rate 200 --seconds 180 --engine postgresql|duckdb

Each client sends at its own fixed instants, whether or not earlier answers have come; times are measured from the
instant a request was due, so that a stalled server cannot hide its stall. The server is the real command in a process
of its own; a browser in another one has the page open, asking by itself what is new, and drawn anew at times.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from cockpit.access import api_keys
from cockpit.bootstrap import open_cockpit
from cockpit.ingestion.receive import receive
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import WorkspaceId
from cockpit.model.viewer import whole_workspace
from cockpit.settings import Settings
from cockpit.storage.signals import count_signals
from tests.campaigns.kill_import import a_server, duckdb_urls, postgres_urls
from tests.campaigns.wire import Wire
from tests.ports import free_port

SUBDOMAIN = "posted"
SIGNALS = "/rest/sales-intelligence/signals"
SUMMARY = "/rest/sales-intelligence/cockpit-summary"
TYPES = ("EMAIL_OPENED", "PAGE_VISITED", "INBOUND_CALL", "SMS_REPLIED", "PRICING_VIEWED")
LAST = "the-last-one"


@dataclass(slots=True)
class Seen:
    """What the clients saw."""

    seconds: list[float] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)  # how late a client was to send: its own slowness
    answers: Counter[str] = field(default_factory=Counter)

    def percentile(self, share: float) -> float:
        """The time within which this share of the answers came, in milliseconds."""
        return percentile(self.seconds, share)


def percentile(seconds: Sequence[float], share: float) -> float:
    """The time within which this share lies, in milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


@dataclass(frozen=True, slots=True)
class Outcome:
    """The campaign in numbers."""

    sent: int
    seen: Seen
    stored: int
    panel_seconds: float
    lasted: float
    server_seconds: float  # of processor time that the server used meanwhile
    page: Mapping[str, Any] | None = None  # what the browser saw

    @property
    def lost(self) -> int:
        """Accepted but not stored."""
        return max(0, self.seen.answers["accepted"] - self.stored)

    @property
    def doubled(self) -> int:
        """Stored but not accepted once."""
        return max(0, self.stored - self.seen.answers["accepted"])


def prepare(url: str, people: int) -> tuple[WorkspaceId, str, int]:
    """A workspace with people and a key; answers how many signals it has."""
    now = datetime.now(UTC)
    with open_cockpit(Settings(database_url=url)) as cockpit:
        with cockpit.db.write() as conn:
            workspace_id = start_workspace(conn, subdomain=SUBDOMAIN, name=SUBDOMAIN, time_zone="UTC", now=now)
            scopes = [api_keys.SIGNALS, api_keys.READ]
            key = api_keys.create(conn, whole_workspace(workspace_id), name="campaign", scopes=scopes, now=now).text
        for start in range(0, people, 1_000):
            batch = [
                {
                    "source_event_id": f"seed-{n}",
                    "type": "EMAIL_OPENED",
                    "occurred_at": now - timedelta(days=1, minutes=n % 1_440),
                    "external_id": f"p{n}",
                    "email": f"p{n}@example.com",
                }
                for n in range(start, min(people, start + 1_000))
            ]
            receive(cockpit, workspace_id, batch, now)
        cockpit.db.settle()
    return workspace_id, key, people


@contextmanager
def server(url: str, folder: Path) -> Iterator[tuple[str, int]]:
    """The real server on a port of its own, until the block ends: its address and process id."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "COCKPIT_DATABASE_URL": url, "COCKPIT_DEMO": "false", "COCKPIT_PORT": str(port)}
    with (folder / "server.log").open("wb") as log:
        command = [sys.executable, "-m", "cockpit", "serve"]
        started = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            _await(address, started, folder)
            yield address, started.pid
        finally:
            started.terminate()
            started.wait(30)


def _await(address: str, started: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(600):
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        if started.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start: {(folder / 'server.log').read_text()[-2000:]}")


def signal_of(number: int, people: int) -> dict[str, object]:
    """The signal with this number; every person has several, and now and then one is new."""
    who = f"p{(number * 7919) % people}" if number % 20 else f"new{number}"
    instant = datetime.now(UTC).isoformat()
    kind = TYPES[number % len(TYPES)]
    return {"type": kind, "occurredAt": instant, "sourceEventId": f"n{number}", "source": "crm", "externalId": who}


async def post(wire: Wire, body: dict[str, object], due: float, seen: Seen) -> None:
    """Send one signal and note how it went."""
    seen.behind.append(time.perf_counter() - due)
    try:
        code, told = await wire.post(SIGNALS, body)
        status = told["data"]["createSignal"]["status"] if "data" in told else str(code)
    except (OSError, asyncio.IncompleteReadError) as error:
        status = type(error).__name__
    seen.seconds.append(time.perf_counter() - due)
    seen.answers[status] += 1


@dataclass(frozen=True, slots=True)
class Plan:
    """How many clients send how fast for how long, about how many people."""

    clients: int
    rate: float
    seconds: float
    people: int

    @property
    def each(self) -> int:
        """How many signals one client sends."""
        return round(self.rate * self.seconds / self.clients)

    @property
    def interval(self) -> float:
        """The seconds between two signals of one client."""
        return self.clients / self.rate


async def one_client(address: str, key: str, plan: Plan, number: int) -> Seen:
    """Send the signals of one client, one per interval."""
    seen, wire = Seen(), Wire(address, key)
    start = time.perf_counter() + 0.2 + number * plan.interval / plan.clients
    sending = []
    for place in range(plan.each):
        due = start + place * plan.interval
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        body = signal_of(number * plan.each + place, plan.people)
        sending.append(asyncio.create_task(post(wire, body, due, seen)))
    await asyncio.gather(*sending)
    wire.close()
    return seen


async def run(address: str, key: str, plan: Plan) -> Seen:
    """All clients at once, each with its own connections."""
    whole = Seen()
    for part in await asyncio.gather(*(one_client(address, key, plan, number) for number in range(plan.clients))):
        whole.seconds += part.seconds
        whole.behind += part.behind
        whole.answers += part.answers
    return whole


def seconds_to_panel(address: str, key: str) -> float:
    """How long after its answer a last signal is on its panel."""
    body = {"type": "MISSED_CALL", "occurredAt": datetime.now(UTC).isoformat(), "externalId": LAST}
    with httpx.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=30) as client:
        client.post(SIGNALS, json={**body, "sourceEventId": LAST}).raise_for_status()
        start = time.perf_counter()
        while time.perf_counter() - start < 30:
            answer = client.get(SUMMARY, params={"panels": "recently_engaged,follow_up_required", "limit": 200})
            if LAST in answer.text:
                return time.perf_counter() - start
    return math.inf


def processor_seconds(pid: int) -> float:
    """What a process has used of the processors: whatever else the machine does, it says what the work takes."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def browser(address: str, anew: float | None) -> Iterator[subprocess.Popen[str] | None]:
    """A browser that has the page open and reads it anew every so many seconds, in a process of its own; None: none."""
    if anew is None:
        yield None
        return
    command = [sys.executable, "-m", "tests.campaigns.watch_page", address, LAST, str(anew)]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert started.stdout is not None
        assert json.loads(started.stdout.readline())["open"]
        yield started
    finally:
        started.kill()
        started.wait()


def look(started: subprocess.Popen[str] | None) -> dict[str, Any] | None:
    """Have the browser look for the last one."""
    if started is None:
        return None
    assert started.stdin is not None
    assert started.stdout is not None
    started.stdin.write("look\n")
    started.stdin.flush()
    told: dict[str, Any] = json.loads(started.stdout.readline())
    return told


def campaign(url: str, folder: Path, plan: Plan, *, anew: float | None = None) -> Outcome:
    """Prepare, serve, post, look at the panel, stop, count."""
    workspace_id, key, before = prepare(url, plan.people)
    gc.collect()
    gc.freeze()  # the clients' own collections would be taken for the server's stalls
    with server(url, folder) as (address, pid), browser(address, anew) as watcher:
        began, worked = time.perf_counter(), processor_seconds(pid)
        with ThreadPoolExecutor(1) as pool:  # in the suite a browser may have a loop running in this thread
            seen = pool.submit(asyncio.run, run(address, key, plan)).result()
        lasted, worked = time.perf_counter() - began, processor_seconds(pid) - worked
        panel = seconds_to_panel(address, key)
        watched = look(watcher)
    with open_cockpit(Settings(database_url=url)) as cockpit, cockpit.db.read(workspace_id) as conn:
        stored = count_signals(conn, workspace_id) - before - 1
    return Outcome(plan.each * plan.clients, seen, stored, panel, lasted, worked, watched)


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    parser.add_argument("--anew", type=float, default=5, help="the page is read anew every so many seconds")
    parser.add_argument("--no-page", action="store_true", help="without a browser that has the page open")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="post-signals-"))
    try:
        with a_server(folder) if asked.engine == "postgresql" else nullcontext("") as address:
            url = next(postgres_urls(address) if address else duckdb_urls(folder))
            plan = Plan(asked.clients, asked.rate, asked.seconds, asked.people)
            told = campaign(url, folder, plan, anew=None if asked.no_page else asked.anew)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seen = told.seen
    print(  # noqa: T201
        f"{asked.engine}: {told.sent:,} signals offered at {asked.rate:g}/s, "
        f"answered at {told.sent / told.lasted:.0f}/s, "
        f"answers {dict(seen.answers)}, p50 {seen.percentile(0.5):.0f} ms, p95 {seen.percentile(0.95):.0f} ms, "
        f"p99 {seen.percentile(0.99):.0f} ms, slowest {seen.percentile(1):.0f} ms "
        f"(of which clients were late by p99 {percentile(seen.behind, 0.99):.0f} ms), {told.lost} lost, "
        f"{told.doubled} doubled, "
        f"the server used {1000 * told.server_seconds / told.sent:.1f} ms of a processor a signal, "
        f"the last one on its panel after {told.panel_seconds:.2f} s; page: {told.page}"
    )


if __name__ == "__main__":
    main()
