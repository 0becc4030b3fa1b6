"""A browser with the cockpit open, in a process of its own: `python -m tests.campaigns.watch_page ADDRESS NAME`.

It says `open` when the page is there and has it read anew every few seconds, as somebody at work does. When a line
comes in it looks for NAME, and says after how many seconds of that it was there, how often the page was read anew until
then, and what went wrong on it.
"""

from __future__ import annotations

import json
import sys
import time
from threading import Event, Thread

from playwright.sync_api import Page, sync_playwright

from tests.journeys.chromium import FLAGS, chromium

PATIENCE = 20.0
EVERY = 5.0


def main(address: str, name: str) -> None:
    """Watch until told to look for the name."""
    asked = Event()
    Thread(target=lambda: (sys.stdin.readline(), asked.set()), daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{address}/cockpit", timeout=120_000)
        page.get_by_role("button", name="Refresh").first.wait_for(timeout=120_000)
        say({"open": True})
        reads = watch(page, asked)
        say({"seconds": seconds_until(page, name), "reads": reads, "faults": faults})
        browser.close()


def watch(page: Page, asked: Event) -> int:
    """Have the page read anew until told to stop; answers how often."""
    reads, due = 0, time.perf_counter()
    while not asked.is_set():
        if time.perf_counter() >= due:
            page.get_by_role("button", name="Refresh").first.click()
            reads, due = reads + 1, time.perf_counter() + EVERY
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
    main(*sys.argv[1:])
