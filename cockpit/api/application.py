"""Puts the HTTP side together: the routes and the gate in front of everything mounted on the app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse

from cockpit.access.avatar_queue import AvatarQueue
from cockpit.api import links, scripts
from cockpit.api.arrivals import Arrivals
from cockpit.api.avatars import avatar_routes
from cockpit.api.clerk import clerk_routes
from cockpit.api.exports import export_routes
from cockpit.api.gate import Gate
from cockpit.api.health import health_routes
from cockpit.api.host_config import host_config_routes
from cockpit.api.host_sso import host_sso_routes
from cockpit.api.hub_webhook import hub_webhook_routes
from cockpit.api.machine import Keys
from cockpit.api.machine_actions import action_routes
from cockpit.api.machine_people import people_routes
from cockpit.api.machine_reads import read_routes
from cockpit.api.machine_signals import signal_routes
from cockpit.api.oidc import oidc_routes
from cockpit.api.openapi import openapi_routes
from cockpit.api.provision import provision_routes
from cockpit.api.self_test import self_test_routes
from cockpit.api.sessions import Sessions, check_settings
from cockpit.api.sign_in import sign_in_routes
from cockpit.api.sign_in_ways import Ways, ways_of
from cockpit.api.verify import verify_routes
from cockpit.bootstrap import Cockpit
from cockpit.errors import CockpitError
from cockpit.ingestion.group_commit import GroupCommit


def add_routes(
    app: FastAPI, sessions: Sessions, cockpit: Callable[[], Cockpit], *, worker_runs: Callable[[], bool]
) -> None:
    """Give the app our routes and put the gate around it; what is mounted later is behind the gate as well.

    Raises:
        Misconfigured: strangers could get in under these settings.
    """
    check_settings(sessions.settings)
    app.include_router(health_routes(cockpit, worker_runs=worker_runs))
    ways = ways_of(sessions.settings)
    _add_sign_ins(app, sessions, cockpit, ways)
    app.include_router(verify_routes(sessions, cockpit))
    app.include_router(host_config_routes(sessions))
    app.include_router(self_test_routes(sessions))
    app.include_router(export_routes(cockpit))
    app.state.avatars = AvatarQueue(cockpit)  # the worker empties it
    app.include_router(avatar_routes(cockpit))
    app.include_router(provision_routes(cockpit, sessions.settings, app.state.avatars))
    app.include_router(host_sso_routes(cockpit, sessions.settings, app.state.avatars, ways.clerk))
    app.include_router(hub_webhook_routes(cockpit))
    _add_machine_routes(app, sessions, cockpit)
    app.include_router(links.router)
    app.include_router(scripts.router)
    app.add_exception_handler(CockpitError, say)
    app.add_middleware(Gate, sessions=sessions)


def _add_sign_ins(app: FastAPI, sessions: Sessions, cockpit: Callable[[], Cockpit], ways: Ways) -> None:
    """The sign-in page, and a route for each other way that the settings offer."""
    arrivals = Arrivals(sessions, cockpit)
    app.include_router(sign_in_routes(sessions, ways))
    if ways.clerk is not None:
        app.include_router(clerk_routes(arrivals, ways.clerk))
    if ways.provider is not None:
        app.include_router(oidc_routes(arrivals, ways.provider))


def _add_machine_routes(app: FastAPI, sessions: Sessions, cockpit: Callable[[], Cockpit]) -> None:
    """What programs use, with a key; close `app.state.signals` before the cockpit, so that all that waits is stored."""
    keys = Keys(cockpit, sessions.settings.rate_limit, sessions.settings.base_domain)
    app.state.signals = GroupCommit(cockpit, lambda: datetime.now(UTC))
    routers = (
        signal_routes(keys, app.state.signals),
        people_routes(keys, cockpit),
        read_routes(keys, cockpit),
        action_routes(keys, cockpit),
    )
    for router in (*routers, openapi_routes(routers)):
        app.include_router(router)


def say(_: Request, error: Exception) -> JSONResponse:
    """Answer an error that a person may read."""
    status = error.status if isinstance(error, CockpitError) else 500
    kind = type(error).__name__
    return JSONResponse({"statusCode": status, "error": kind, "messages": [str(error)]}, status_code=status)
