"""A browser with the cockpit open: `python -m tests.campaigns.watch_page ADDRESS NAME SECONDS`, a process of its own.

It says `open` when the page is drawn. The page asks every five seconds what is new by itself; every so many SECONDS
somebody has all of it drawn anew. When a line comes in it looks for NAME, and says after how many seconds of that it
was there, how often the page was read anew until then, and what went wrong on it.

People's browsers run on machines of their own: this one yields the processors to the server whose times are measured.
"""

from __future__ import annotations

import json
import os
import sys
import time
from threading import Event, Thread

from playwright.sync_api import Page, sync_playwright

from tests.journeys.chromium import FLAGS, chromium

YIELDING = 19
PATIENCE = 20.0
DRAWN = 3_000  # milliseconds that charts and tables take after the first button is there


def main(address: str, name: str, every: float) -> None:
    """Watch until told to look for the name."""
    os.nice(YIELDING)  # the browser it starts inherits this
    asked = Event()
    Thread(target=lambda: (sys.stdin.readline(), asked.set()), daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/cockpit", timeout=120_000)
        page.get_by_role("button", name="Refresh").first.wait_for(timeout=120_000)
        page.wait_for_timeout(DRAWN)
        say({"open": True})
        reads = watch(page, asked, every)
        say({"seconds": seconds_until(page, name), "reads": reads, "faults": faults})
        browser.close()


def watch(page: Page, asked: Event, every: float) -> int:
    """Have the page read anew until told to stop; answers how often."""
    reads, due = 0, time.perf_counter() + every
    while not asked.is_set():
        if time.perf_counter() >= due:
            page.get_by_role("button", name="Refresh").first.click()
            reads, due = reads + 1, time.perf_counter() + every
        page.wait_for_timeout(50)
    return reads


def seconds_until(page: Page, name: str) -> float | None:
    """How long from asking the page to read anew until the name is on it; None: it was not there in time."""
    start = time.perf_counter()
    page.get_by_role("button", name="Refresh").first.click()
    while time.perf_counter() - start < PATIENCE:
        if page.get_by_text(name).count():
            return time.perf_counter() - start
        page.wait_for_timeout(20)
    return None


def say(what: dict[str, object]) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
