"""`/auth/provision/*`: what the server of a host asks for, with its secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cockpit.access.avatar_queue import AvatarQueue
from cockpit.api import provision_hub as hub
from cockpit.api import provision_users as users
from cockpit.api import provision_workspaces as workspaces
from cockpit.api.provision_bodies import (
    DemoIn,
    LinkIn,
    LoginIn,
    MappingsIn,
    MoveIn,
    OwnerIn,
    ResolveIn,
    UserIn,
    Which,
    WorkspaceIn,
)
from cockpit.api.provision_call import Call, Calls
from cockpit.bootstrap import Cockpit
from cockpit.settings import Settings


def provision_routes(cockpit: Callable[[], Cockpit], settings: Settings, avatars: AvatarQueue) -> APIRouter:
    """The routes of provisioning."""
    router = APIRouter(prefix="/auth/provision")
    calls = Calls(cockpit, settings, avatars)

    def serve(method: str, path: str, scope: str, kind: type[Any], work: Callable[[Call, Any], Any]) -> None:
        async def endpoint(request: Request) -> Response:
            return await calls.answer(request, scope, kind, work)

        router.add_api_route(path, endpoint, methods=[method], include_in_schema=False, response_model=None)

    serve("POST", "/resolve", "sso", ResolveIn, users.do_resolve)
    serve("POST", "/login-token", "sso", LoginIn, users.do_login)
    serve("POST", "/person-ownership-context", "sso", OwnerIn, users.do_owner)
    serve("POST", "/user", "provision", UserIn, users.do_user)
    serve("POST", "/move-user", "provision", MoveIn, users.do_move)
    serve("POST", "/workspace", "provision", WorkspaceIn, workspaces.do_workspace)
    serve("POST", "/link-workspace", "provision", LinkIn, hub.do_link)
    serve("POST", "/demo-tenant", "provision", DemoIn, hub.do_demo)
    serve("POST", "/sync-cockpit-action-mappings", "provision", MappingsIn, hub.do_mappings)
    serve("GET", "/workspace", "provision", Which, workspaces.do_lookup)
    serve("GET", "/workspaces", "provision", Which, workspaces.do_list)
    serve("GET", "/industry-preset-catalog", "provision", Which, workspaces.do_catalog)
    serve("DELETE", "/workspace", "destroy", Which, workspaces.do_delete)
    return router
