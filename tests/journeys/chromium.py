"""Where the browser is, and how it is started on a machine that may have no screen and no way out."""

from __future__ import annotations

import os
import shutil

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--no-opt",  # no page lives long enough to get back what the optimizing compiler costs
]


def chromium() -> str | None:
    """The program, or None where there is none."""
    given = os.environ.get("CHROMIUM_PATH")
    names = ("chromium", "chromium-browser", "google-chrome")
    return given or next((found for name in names if (found := shutil.which(name))), None)
