"""`/sign-in/oidc` sends a browser to the OpenID provider; `/sign-in/oidc/callback` is where it comes back."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cockpit.access.login_tokens import scheme_of
from cockpit.access.oidc import Asked, Provider
from cockpit.access.outsiders import Outsider
from cockpit.access.signed_tokens import TokenRefused
from cockpit.api import cookies, oidc_attempts
from cockpit.api.arrivals import Arrivals, refused
from cockpit.api.sign_in_ways import own_path
from cockpit.errors import BadRequest, CockpitError

CALLBACK = "/sign-in/oidc/callback"
BEGUN = "cockpit_oidc"
STALE = "This sign-in took too long, or was begun in another window: begin again."


def oidc_routes(arrivals: Arrivals, provider: Provider) -> APIRouter:
    """The two routes; without a provider in the settings they are not there."""
    router = APIRouter()
    sessions = arrivals.sessions

    @router.get("/sign-in/oidc", include_in_schema=False)
    def leave(request: Request, next: str = "/cockpit") -> Response:
        """Send the browser to the provider."""
        attempt, cookie = oidc_attempts.begin(sessions.settings.secret_key, now=sessions.clock())
        try:
            answer = RedirectResponse(provider.sign_in_url(attempt.asked(own_path(next), _callback(request))), 303)
        except CockpitError as error:
            return refused(request, error)
        _keep(answer, request, cookie)
        return answer

    @router.get(CALLBACK, include_in_schema=False)
    def come_back(request: Request) -> Response:
        """Trade the code of the provider for a session of ours."""
        query = request.query_params
        attempt = oidc_attempts.resume(
            cookies.cookie_in(request.headers, _cookie(request)), sessions.settings.secret_key, now=sessions.clock()
        )
        then = attempt.then(query.get("state", "")) if attempt else None
        if attempt is None or then is None:
            return refused(request, BadRequest(STALE))
        asked = attempt.asked(then, _callback(request))
        answer = arrivals.answer(request, lambda: _redeem(provider, request, asked, sessions.clock()), where=then)
        _drop(answer, request)  # whatever came of it, it is over
        return answer

    return router


def _redeem(provider: Provider, request: Request, asked: Asked, now: float) -> Outsider:
    query = request.query_params
    if "error" in query or len(query.getlist("code")) != 1:
        raise TokenRefused("the provider sent nobody")
    return provider.redeem(query["code"], asked, answered_by=query.get("iss"), now=now)


def _callback(request: Request) -> str:
    host = request.headers.get("host", "").lower()
    return f"{scheme_of(host)}://{host}{CALLBACK}"


def _cookie(request: Request) -> str:
    """The name of the cookie: over https one that a neighbouring host cannot set."""
    return f"__Host-{BEGUN}" if scheme_of(request.headers.get("host", "")) == "https" else BEGUN


def _keep(answer: Response, request: Request, value: str) -> None:
    name = _cookie(request)
    secure = name != BEGUN
    answer.set_cookie(name, value, oidc_attempts.SECONDS, httponly=True, samesite="lax", secure=secure)


def _drop(answer: Response, request: Request) -> None:
    name = _cookie(request)
    answer.delete_cookie(name, httponly=True, samesite="lax", secure=name != BEGUN)
