"""Connects a workspace with its Hub: what is stored of it, sealed, and how it is read again.

find_connection(conn, workspace_id, settings) -> HubConnection | None
connect(conn, workspace_id, settings, wiring, now)                       raises InvalidInput
disconnect(conn, workspace_id) -> bool
find_words(conn, workspace_id) -> Words                                  the workspace's own for statuses and outcomes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from cockpit.errors import InvalidInput
from cockpit.hub.connection import IDEMPOTENCY, LOOKUP, HubConnection, checked_base, checked_path
from cockpit.hub.sealing import Seal
from cockpit.hub.vocabulary import RESULTS, STATES
from cockpit.hub.webhook_secrets import SIGNED, STATIC, WEBHOOK_USE, with_secret
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.database import Connection
from cockpit.storage.hub_connections import StoredHub, delete_hub, find_hub, upsert_hub
from cockpit.storage.workspace_changes import replace_workspace_settings

KEY_USE = "hub-key"
LONGEST_CALL = 45  # seconds; a worker's lease is longer
PATHS: Final = ("status_path", "pause_path", "resume_path", "cancel_path", "lookup_path")
COLUMNS: Final = ("status_path", "pause_path", "cancel_path", "lookup_path")
# What a Hub may declare beside the columns of its own.
PLAIN_OPTIONS: Final = ("start_path", "account_path", "resume_path", "idempotency_header", "reference_field")
OPTIONS: Final = (*PLAIN_OPTIONS, "extra_fields", "whatsapp_fields", "seconds")


@dataclass(frozen=True, slots=True)
class Words:
    """What a workspace says of its Hub's own words, and where the Hub puts ours."""

    states: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    reference_field: str = "client_reference"


@dataclass(frozen=True, slots=True)
class Wiring:
    """What somebody says of a Hub; None leaves it as it is, an empty path takes it away."""

    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    domain_name: str | None = None
    idempotency: str | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    words: Words | None = None
    inside: bool | None = None  # only the operator may say yes
    webhook_secret: str | None = field(default=None, repr=False)
    webhook_mode: str | None = None


def find_connection(conn: Connection, workspace_id: WorkspaceId, settings: Settings) -> HubConnection | None:
    """The Hub of a workspace; None where none is connected, or no key is known.

    Raises:
        Misconfigured: its key was sealed with another secret key.
    """
    stored = find_hub(conn, workspace_id)
    if stored is None or not (stored.base_url or settings.hub_base_url):
        return None
    options = dict(stored.options or {})
    given = {name: options[name] for name in (*OPTIONS, "inside") if options.get(name) is not None}
    if not stored.base_url:
        given["inside"] = True  # the server's own setting: the operator wrote it
    return HubConnection(
        base_url=stored.base_url or settings.hub_base_url,
        api_key=Seal(settings.secret_key, workspace_id, KEY_USE).open(stored.key_sealed),
        domain_name=stored.domain_name,
        idempotency=stored.idempotency,
        **{name: getattr(stored, name) for name in COLUMNS},
        **given,
    )


def connect(conn: Connection, workspace_id: WorkspaceId, settings: Settings, wiring: Wiring, now: datetime) -> None:
    """Store what is said of a Hub.

    Raises:
        InvalidInput: something cannot be used, or the key or the domain is missing.
    """
    before = find_hub(conn, workspace_id)
    if before is None and not (wiring.api_key and wiring.domain_name):
        raise InvalidInput("A Hub needs its API key and the domain name of the workspace there.")
    hub = before or StoredHub("", "", "")
    hub = replace(hub, **_columns(wiring, Seal(settings.secret_key, workspace_id, KEY_USE), hub))
    hub = replace(hub, options=_options(wiring, hub))
    if hub.idempotency == LOOKUP and not hub.lookup_path:
        raise InvalidInput("Asking before a retry needs the path at which the Hub tells what it has taken.")
    if wiring.webhook_secret is not None:
        hub = with_secret(hub, wiring.webhook_secret, Seal(settings.secret_key, workspace_id, WEBHOOK_USE))
    upsert_hub(conn, workspace_id, hub, now=now)
    replace_workspace_settings(conn, workspace_id, {"hub": {"domain": hub.domain_name, "connected": True}})


def disconnect(conn: Connection, workspace_id: WorkspaceId) -> bool:
    """Forget the Hub, its key and its secrets; answers whether there was one."""
    stored = find_hub(conn, workspace_id)
    if stored is not None:
        replace_workspace_settings(conn, workspace_id, {"hub": {"domain": stored.domain_name, "connected": False}})
    return delete_hub(conn, workspace_id)


def find_words(conn: Connection, workspace_id: WorkspaceId) -> Words:
    """The workspace's own words."""
    stored = find_hub(conn, workspace_id)
    options = (stored.options if stored else None) or {}
    return Words(
        options.get("states") or {},
        options.get("results") or {},
        options.get("reference_field") or Words().reference_field,
    )


def _columns(wiring: Wiring, seal: Seal, hub: StoredHub) -> Mapping[str, Any]:
    """The columns that change."""
    changes: dict[str, Any] = {}
    if wiring.base_url is not None:
        changes["base_url"] = str(checked_base(wiring.base_url)).rstrip("/") if wiring.base_url.strip() else ""
    if wiring.api_key is not None:
        changes["key_sealed"] = seal.close(_checked_key(wiring.api_key))
    elif changes.get("base_url", hub.base_url) != hub.base_url:
        # A key belongs to the Hub it came from: whoever changes the address alone must not be sent it.
        raise InvalidInput("Enter the API key again when the address of the Hub changes.")
    if wiring.domain_name is not None:
        changes["domain_name"] = _checked_domain(wiring.domain_name)
    for name, allowed in (("idempotency", IDEMPOTENCY), ("webhook_mode", (STATIC, SIGNED))):
        chosen = getattr(wiring, name)
        if chosen is not None and chosen not in allowed:
            raise InvalidInput(f"{name.replace('_', ' ').capitalize()} is one of {', '.join(allowed)}.")
        changes |= {name: chosen} if chosen else {}
    return changes | {name: _path(name, wiring.paths[name]) for name in COLUMNS if name in wiring.paths}


def _options(wiring: Wiring, hub: StoredHub) -> dict[str, Any]:
    """The options as they will be."""
    _check_options(wiring.options)
    options = {**(hub.options or {}), **wiring.options}
    if "resume_path" in wiring.paths:
        options["resume_path"] = _path("resume_path", wiring.paths["resume_path"])
    for name in ("start_path", "account_path"):
        if options.get(name):
            options[name] = checked_path(options[name])
    if wiring.inside is not None or wiring.base_url is not None:
        options["inside"] = bool(wiring.inside)
    if wiring.words is not None:
        options |= _words(wiring.words)
    return {name: value for name, value in options.items() if value not in (None, "")}


def _check_options(given: Mapping[str, Any]) -> None:
    if strange := sorted(set(given) - set(OPTIONS)):
        raise InvalidInput(f"A Hub has no option {strange[0]}: {', '.join((*PATHS, *OPTIONS))}.")
    for name in ("extra_fields", "whatsapp_fields"):
        if not isinstance(given.get(name) or {}, Mapping):
            raise InvalidInput("Fields of a Hub are a JSON object.")
    for name in PLAIN_OPTIONS:
        if not isinstance(given.get(name, ""), str) or not given.get(name, "").isascii():
            raise InvalidInput(f"The option {name} of a Hub is a plain text.")
    seconds = given.get("seconds", 1)
    if not isinstance(seconds, int | float) or not 1 <= seconds <= LONGEST_CALL:
        raise InvalidInput(f"A call of the Hub may take 1 to {LONGEST_CALL} seconds.")


def _words(words: Words) -> dict[str, Any]:
    if set(words.states.values()) - set(STATES) or set(words.results.values()) - set(RESULTS):
        raise InvalidInput(f"Statuses mean one of {', '.join(STATES)}; outcomes one of {', '.join(RESULTS)}.")
    return asdict(words)


def _path(name: str, path: str) -> str | None:
    return checked_path(path, "reference" if name == "lookup_path" else "engagement_id")


def _checked_key(text: str) -> str:
    key = text.strip()
    if not key or len(key) > 1000 or not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidInput("The API key of the Hub has 1 to 1000 plain characters without blanks.")
    return key


def _checked_domain(text: str) -> str:
    domain = text.strip().lower()
    if not 1 <= len(domain) <= 63 or not all(sign.isascii() and (sign.isalnum() or sign in "-_.") for sign in domain):
        raise InvalidInput("The domain name at the Hub has letters, digits and hyphens only.")
    return domain
