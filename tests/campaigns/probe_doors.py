"""Every route of the server over real HTTP, with the cookie and the key of one workspace, about another one.

A route that is new is probed as well: its path, its query and its body name the other workspace in every way we know.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote, urlencode
from uuid import uuid5

from fastapi import FastAPI

from cockpit.access import credentials
from cockpit.api.application import add_routes
from cockpit.api.policy import Policy, policy_of
from cockpit.api.sessions import Sessions
from cockpit.exports.registry import FORMATS
from cockpit.model.ids import WorkspaceId
from cockpit.panels.registry import PANELS
from cockpit.settings import Settings
from tests.campaigns.listening import listening
from tests.campaigns.planted import Asker, Planted, secret, subdomain_of
from tests.campaigns.probe_reads import LISTS, Probe, unpacked

FREQUENTLY = "1000000/second"
SKIPPED = {"/sign-out": "it ends the session it comes with"}
HOSTS = ("own", "other", "address")
SUMMARY = "/rest/sales-intelligence/cockpit-summary"
PERSON = "/rest/sales-intelligence/person-intelligence/{person}"
EXPORTS = "/exports/{what}.{kind}"


@dataclass(slots=True)
class Served:
    """A server on this machine, and the connection that is kept open to it."""

    port: int
    chance: Random
    kept: http.client.HTTPConnection | None = None
    statuses: dict[int, int] = field(default_factory=dict)

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, *, alone: bool) -> bytes:
        """One request; alone, it comes from an address of its own, so that limits for an address do not answer it."""
        connection = None if alone else self.kept
        for last in (False, True):
            connection = connection or self._connection(alone=alone)
            try:
                connection.request(method, path, body=body, headers=dict(headers))
                answer = connection.getresponse()
                said = b"" if answer.status == http.client.SWITCHING_PROTOCOLS else answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                connection = None
                if last:
                    raise
            else:
                break
        assert connection is not None
        if alone or answer.will_close:
            connection.close()
        self.kept = self.kept if alone else None if answer.will_close else connection
        self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
        return str(answer.headers).encode() + unpacked(said)

    def _connection(self, *, alone: bool) -> http.client.HTTPConnection:
        source = f"127.{self.chance.randrange(1, 255)}.{self.chance.randrange(256)}.{self.chance.randrange(1, 255)}"
        return http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(source, 0) if alone else None
        )


@contextmanager
def served(planted: Planted, chance: Random) -> Iterator[tuple[Served, FastAPI]]:
    """The routes behind the gate, on a port of this machine; nobody is its owner."""
    app = FastAPI(openapi_url=None)
    chosen = settings(planted)
    sessions = Sessions(chosen, cockpit=lambda: planted.cockpit)
    add_routes(app, sessions, lambda: planted.cockpit, worker_runs=lambda: True)
    with listening(app) as port:
        site = Served(port, chance)
        try:
            yield site, app
        finally:
            if site.kept is not None:
                site.kept.close()


def settings(planted: Planted) -> Settings:
    """A server that hosts may ask, for whom no door is closed by a limit."""
    given = planted.cockpit.settings.model_dump()
    secrets = {"secret_key": "k" * 40, "provisioning_secrets": f"host:sso+provision+destroy:{'p' * 40}"}
    return Settings.model_validate({**given, **secrets, "rate_limit": FREQUENTLY})


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route."""
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop(0)
        inner = getattr(route, "original_router", None)
        if inner is not None:
            waiting += inner.routes
            continue
        for method in sorted(getattr(route, "methods", None) or {"WEBSOCKET"}):
            yield method, str(route.path)  # type: ignore[attr-defined]


def door_probes(site: Served, app: FastAPI) -> Mapping[str, Probe]:
    """Every route at every host."""
    probes: dict[str, Probe] = {}
    for method, path in routes_of(app):
        if path in SKIPPED:
            continue
        for host in HOSTS:
            probes[f"route {method} {path} at {host}"] = door(site, method, path, host)
    return probes


def door(site: Served, method: str, path: str, host: str) -> Probe:
    """One route, asked with whatever opens the asker's own workspace."""
    by_key = policy_of(path) is Policy.KEY

    def probe(asker: Asker) -> bytes:
        # Own things are asked for too, now and then: an answer with the own canary shows that doors do open.
        about = asker.there if site.chance.random() < 0.7 or host == "other" else asker.here
        if path == "/verify":
            about = asker.here if host == "other" else asker.there  # whoever holds a token of a host may use it there
        headers = {"host": host_named(host, asker), "accept": "application/json"}
        headers |= {"authorization": f"Bearer {asker.key}"} if by_key else {"cookie": f"cockpit_session={asker.cookie}"}
        socket = method == "WEBSOCKET"
        if socket:
            headers |= {"connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
            headers |= {"sec-websocket-key": "c" * 22 + "==", "origin": f"http://{headers['host']}"}
        body = None
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            body = body_about(about, path)
            kind = "application/x-www-form-urlencoded" if path == "/verify" else "application/json"
            headers |= {"content-type": kind, "origin": f"http://{headers['host']}"}
        asked = f"{filled(path, about, site.chance)}?{urlencode(names_of(about, path, site.chance))}"
        alone = socket or (by_key and (host == "other" or path.startswith(("/auth/", "/crm/"))))
        return site.ask("GET" if socket else method, asked, headers, body, alone=alone)

    return probe


def host_named(host: str, asker: Asker) -> str:
    """The Host header: the asker's workspace, the other one, or none of them."""
    if host == "address":
        return "127.0.0.1"
    return f"{subdomain_of(asker.here if host == 'own' else asker.there)}.localhost"


def filled(path: str, about: WorkspaceId, chance: Random) -> str:
    """A path with everything in braces said of a workspace; the person with its id is its own."""
    values: dict[str, Callable[[], str]] = {
        "{what}": lambda: chance.choice(LISTS),
        "{kind}": lambda: chance.choice(tuple(FORMATS)),
        "{rest:path}": lambda: chance.choice(("people", f"person/{about}", "companies", "members")),
        "{digest}": lambda: "0" * 64,
    }
    for name, value in values.items():
        path = path.replace(name, value()) if name in path else path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + quote(str(about)) + path[end + 1 :]
    return path


def names_of(about: WorkspaceId, path: str, chance: Random) -> dict[str, str]:
    """What a query may name of a workspace; routes that refuse unknown names are asked without."""
    known = {"workspace": subdomain_of(about), "tenant": subdomain_of(about), "subdomain": subdomain_of(about)}
    ids = {"workspaceId": str(about), "workspace_id": str(about), "id": str(about), "page": f"/object/person/{about}"}
    if path == "/verify":
        return {"loginToken": secret(credentials.LOGIN_TOKEN, about)}
    if path == EXPORTS and chance.random() < 0.3:
        return known | {"as_of": "2026-03-02T09:00:00Z"}
    if path == SUMMARY and chance.random() < 0.5:
        return ids | {"panels": chance.choice(tuple(PANELS)), "limit": "5"}
    return known | ids


def body_about(about: WorkspaceId, path: str) -> bytes:
    """A body that names a workspace, its person and its member in every way."""
    if path == "/verify":
        return urlencode({"loginToken": secret(credentials.LOGIN_TOKEN, about)}).encode()
    if path == "/rest/sales-intelligence/signals":
        signal = {"type": "MISSED_CALL", "occurredAt": "2026-03-02T08:00:00Z", "personId": str(about)}
        return json.dumps({**signal, "sourceEventId": str(about)}).encode()
    if path == "/rest/people":
        return json.dumps({"name": {"firstName": "A", "lastName": "B"}, "id": str(uuid5(about, "made"))}).encode()
    named = subdomain_of(about)
    ids = {"workspaceId": str(about), "personId": str(about), "subdomain": named, "tenantSubdomain": named}
    return json.dumps({**ids, "email": "ada@north.test"}).encode()
