"""`/healthz`: the process answers. `/readyz`: it can do its work."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

from fastapi import APIRouter, Response

from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.storage import workspaces

Probe = Callable[[], bool]


def health_routes(cockpit: Callable[[], Cockpit], *, worker_runs: Probe) -> APIRouter:
    """The two probes over this process."""
    router = APIRouter()
    release = version("sales-cockpit")

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        """Say that the process lives, without asking the database."""
        return {"status": "ok", "version": release}

    @router.get("/readyz")
    def readyz(response: Response) -> dict[str, object]:
        """Ask the database and the worker."""
        checks = {"database": _database_answers(cockpit), "worker": "ok" if worker_runs() else "stopped"}
        ready = all(found == "ok" for found in checks.values())
        response.status_code = 200 if ready else 503
        return {"status": "ok" if ready else "not ready", "checks": checks}

    return router


def _database_answers(cockpit: Callable[[], Cockpit]) -> str:
    """`ok`, or the sentence that says what is wrong; the sentence names no secret."""
    try:
        # all workspaces: whether the database answers
        with cockpit().db.read() as conn:
            workspaces.list_workspaces(conn, limit=1)
    except CockpitError as error:
        return error.message
    return "ok"
