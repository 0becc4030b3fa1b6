"""`GET /exports/{panel|people}.{csv|parquet|xlsx}?workspace=[&as_of=]`: all rows of a list, behind the session.

People take the filters of their list as well: `q`, `owner` (`team`, or a member), `band`, `company`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import FileResponse

from cockpit.access.viewers import viewer_of
from cockpit.bootstrap import Cockpit
from cockpit.errors import InvalidInput, NotReady
from cockpit.exports.certificate import Certificate
from cockpit.exports.export import export
from cockpit.exports.filters import filters_in, people_asked
from cockpit.exports.lists import panel_table, people_table
from cockpit.exports.log import log_export
from cockpit.exports.order import order_of
from cockpit.exports.registry import format_named
from cockpit.exports.table import Table
from cockpit.model.instants import parse_past
from cockpit.model.principals import PRINCIPAL_HEADER
from cockpit.model.viewer import Viewer
from cockpit.panels import whole
from cockpit.panels.registry import panel_named
from cockpit.storage.people_list import stream_people
from cockpit.storage.workspaces import get_workspace

PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for."""

    what: str
    kind: str
    workspace: str
    as_of: str | None
    filters: Mapping[str, str]


def export_routes(cockpit: Callable[[], Cockpit]) -> APIRouter:
    """The one route of exports."""
    router = APIRouter()

    @router.get("/exports/{what}.{kind}")
    def download(request: Request, what: str, kind: str, workspace: str, as_of: str | None = None) -> FileResponse:
        """Write the whole list to a file that lives as long as this answer, then send it: complete, or an error."""
        folder = Path(tempfile.mkdtemp(prefix="cockpit-export-"))
        filters = filters_in(request.query_params)
        try:
            viewer = _viewer(cockpit(), workspace, request.headers.get(PRINCIPAL_HEADER, ""))
            wanted = Wanted(what, kind, workspace, as_of, filters)
            certificate = _write(cockpit(), viewer, wanted, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return FileResponse(
            folder / certificate.file,
            media_type=format_named(kind).media_type,
            filename=f"{workspace}-{what}{format_named(kind).suffix}",
            headers={"x-row-count": str(certificate.rows), "x-content-sha256": certificate.sha256},
            background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
        )

    return router


def _viewer(cockpit: Cockpit, workspace: str, principal: str) -> Viewer:
    """Who asks, by the header that only the gate can set."""
    # all workspaces: this is how a workspace is found
    with cockpit.db.read() as conn:
        found = get_workspace(conn, workspace)
        viewer = viewer_of(conn, cockpit.settings, found, principal)
    if found.status != "ready":
        raise NotReady
    return viewer


def _write(cockpit: Cockpit, viewer: Viewer, wanted: Wanted, folder: Path) -> Certificate:
    now = datetime.now(UTC)
    past = _past(wanted, now)
    path = folder / f"export{format_named(wanted.kind).suffix}"
    named = f"view:{PEOPLE}" if wanted.what == PEOPLE else f"panel:{panel_named(wanted.what).slug}"
    filters = tuple(wanted.filters.items())
    order = order_of(viewer, workspace=wanted.workspace, what=named, instant=past or now, filters=filters)
    with _table(cockpit, viewer, wanted, now, past) as table:
        certificate = export(table, order, wanted.kind, path)
    log_export(cockpit.db, viewer, certificate, now=now)
    return certificate


def _past(wanted: Wanted, now: datetime) -> datetime | None:
    """The past instant that is asked for."""
    if wanted.as_of is None:
        return None
    if wanted.what == PEOPLE:
        raise InvalidInput("The people list has no past: leave as_of out, or export a panel.")
    return parse_past(wanted.as_of, now)


@contextmanager
def _table(cockpit: Cockpit, viewer: Viewer, wanted: Wanted, now: datetime, past: datetime | None) -> Iterator[Table]:
    """The rows, read while they are written."""
    if wanted.what == PEOPLE:
        asked = people_asked(wanted.filters)
        with cockpit.db.read(viewer.workspace_id, viewer.scope) as conn:
            yield people_table(stream_people(conn, viewer.workspace_id, scope=viewer.scope, asked=asked))
        return
    if set(wanted.filters) - {"owner"}:
        raise InvalidInput(f"A panel has no {', '.join(sorted(set(wanted.filters) - {'owner'}))}: only owner.")
    owner_id, scope = people_asked(wanted.filters).owner_id, viewer.scope
    ids = (cockpit.db, viewer.workspace_id, wanted.what)
    yield panel_table(wanted.what, whole.stream(*ids, now=now, as_of=past, owner_id=owner_id, scope=scope))
