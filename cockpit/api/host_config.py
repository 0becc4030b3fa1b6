"""`/_stcore/host-config`: which pages around ours may talk to it; the screens ask for it when they start."""

from __future__ import annotations

from fastapi import APIRouter, Request

from cockpit.api.cookies import is_secure
from cockpit.api.framing import Framing
from cockpit.api.sessions import Sessions


def host_config_routes(sessions: Sessions) -> APIRouter:
    """Streamlit's route, with the origins of the workspace in place of those of its makers."""
    router = APIRouter()
    framing = Framing(sessions.cockpit, sessions.settings.base_domain)

    @router.get("/_stcore/host-config")
    async def host_config(request: Request) -> dict[str, object]:
        """Name our own origin and those the workspace allows."""
        host = request.headers.get("host", "")
        identity = await sessions.identify_async(request.headers, request.client.host if request.client else None)
        origins = await framing.origins(request.scope, host, identity)
        return {
            "allowedOrigins": [f"{'https' if is_secure(request) else 'http'}://{host}", *origins],
            "useExternalAuthToken": False,
            "enableCustomParentMessages": False,
            "enforceDownloadInNewTab": False,
            "metricsUrl": "",
            "blockErrorDialogs": False,
            "resourceCrossOriginMode": None,
        }

    return router
