"""Run the command inside this process, as a terminal would: words in, status and text out."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest

from cockpit.cli import run


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left behind."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """The one JSON document on stdout, numbers with a point as they are written."""
        return json.loads(self.out)


def cockpit_command(*words: str, environment: Mapping[str, str] | None = None) -> Answer:
    """Run `cockpit` with these words."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("COLUMNS", "200")
        for name, value in (environment or {}).items():
            patch.setenv(name, value)
        status = run(words)
    return Answer(status, out.getvalue(), err.getvalue())
