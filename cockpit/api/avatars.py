"""`GET /avatars/{digest}`: the picture of somebody in the visitor's own workspace."""

from __future__ import annotations

import re
from collections.abc import Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from cockpit.bootstrap import Cockpit
from cockpit.errors import NotFound
from cockpit.model.principals import LOCAL_OWNER, PRINCIPAL_HEADER, membership_of
from cockpit.storage.avatars import find_any_avatar, find_avatar

DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
# The picture is ours, drawn anew; should it ever be something else, a browser is to do nothing with it.
HEADERS = {"content-disposition": "inline", "x-content-type-options": "nosniff"}


def avatar_routes(cockpit: Callable[[], Cockpit]) -> APIRouter:
    """The one route of pictures."""
    router = APIRouter()

    @router.get("/avatars/{digest}", include_in_schema=False)
    def show(request: Request, digest: str) -> Response:
        """Send a picture; who is not in its workspace learns nothing, not even that there is one."""
        principal = request.headers.get(PRINCIPAL_HEADER, "")
        image = _picture(cockpit(), principal, digest) if DIGEST.fullmatch(digest) else None
        if image is None:
            raise NotFound("There is no such picture.")
        return Response(image, media_type="image/webp", headers=HEADERS)

    return router


def _picture(cockpit: Cockpit, principal: str, digest: str) -> bytes | None:
    if principal == LOCAL_OWNER:
        # all workspaces: the owner of the machine is in each of them
        with cockpit.db.read() as conn:
            return find_any_avatar(conn, digest)
    member = membership_of(principal)
    if member is None:
        return None
    with cockpit.db.read(member.workspace_id) as conn:
        return find_avatar(conn, member.workspace_id, digest)
