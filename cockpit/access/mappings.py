"""Cockpit actions -> what the Hub is asked to do: pushed by the operator's admin application, read by whoever sends.

read_mappings(given) -> tuple[ActionMapping, ...]              raises BadRequest, naming what is wrong
sync_mappings(conn, workspace_id, mappings, now) -> Synced     a push holds all; the same one twice changes nothing
mapping_of(conn, workspace_id, action_type) -> ActionMapping | None
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cockpit.errors import BadRequest
from cockpit.hub.connection import CHANNELS, HUB_TYPES
from cockpit.hub.request import LONGEST_INSTRUCTION
from cockpit.model.ids import WorkspaceId
from cockpit.presets.applier import give_back_mappings
from cockpit.storage.action_mappings import (
    ActionMapping,
    delete_action_mappings,
    find_action_mapping,
    list_action_mappings,
    upsert_action_mappings,
)
from cockpit.storage.database import Connection
from scoring.actions.registry import ACTIONS

SYNC = "sync"
MOST = 200
NAME = re.compile(r"[A-Z][A-Z0-9_]{1,63}", re.ASCII)
# The operator's side has had several spellings; the first one that is there counts.
SPELLINGS = {
    "action": ("action", "actionType", "cockpitActionType"),
    "type": ("type", "hubType", "engagementType"),
    "channel": ("channel",),
    "instruction": ("instruction", "prompt"),
}


@dataclass(frozen=True, slots=True)
class Synced:
    """What a push changed."""

    written: int
    removed: int

    @property
    def changed(self) -> bool:
        """Whether anything is different now."""
        return bool(self.written or self.removed)


def read_mappings(given: object) -> tuple[ActionMapping, ...]:
    """The mappings in a push: `{action: type}`, `{action: {type, channel, instruction}}`, or a list of the latter.

    Raises:
        BadRequest: something is no mapping; nothing is taken then.
    """
    entries = list(_entries(_parsed(given)))
    if len(entries) > MOST:
        raise BadRequest(f"mappings has more than {MOST} actions.")
    found = {one.action_type: one for one in (_mapping(action, value) for action, value in entries)}
    if len(found) != len(entries):
        raise BadRequest("mappings names an action twice.")
    return tuple(found[action] for action in sorted(found))


def sync_mappings(
    conn: Connection, workspace_id: WorkspaceId, mappings: Sequence[ActionMapping], now: datetime
) -> Synced:
    """Store a push; what an earlier one said and this one does not goes back to the preset, what others said stays."""
    before = {one.action_type: one for one in list_action_mappings(conn, workspace_id)}
    news = [one for one in mappings if before.get(one.action_type) != one]
    upsert_action_mappings(conn, workspace_id, news, now=now)
    gone = before.keys() - {one.action_type for one in mappings}
    removed = delete_action_mappings(conn, workspace_id, gone, source=SYNC) if gone else 0
    if removed:
        give_back_mappings(conn, workspace_id, gone, now)
    return Synced(len(news), removed)


def mapping_of(conn: Connection, workspace_id: WorkspaceId, action_type: str) -> ActionMapping | None:
    """What the Hub is asked to do for an action; None while nobody has said so."""
    return find_action_mapping(conn, workspace_id, action_type)


def _parsed(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise BadRequest("mappings is a text that is no JSON.") from error


def _entries(given: object) -> Iterable[tuple[object, object]]:
    if isinstance(given, Mapping):
        return given.items()
    if isinstance(given, list):
        return ((_said(one, "action"), one) if isinstance(one, Mapping) else (None, None) for one in given)
    raise BadRequest("mappings must be an object of actions, or a list of them.")


def _mapping(action: object, value: object) -> ActionMapping:
    if not isinstance(action, str) or not NAME.fullmatch(action):
        raise BadRequest("mappings has an action that is no name like CALL_LEAD.")
    entry = {"type": value} if isinstance(value, str) else value
    if not isinstance(entry, Mapping):
        raise BadRequest(f"mappings: {action} must be a type of the Hub, or an object with one.")
    known = ACTIONS.get(action)
    usual = known.channel if known and known.channel else "phone"
    mapping = ActionMapping(
        action, _said(entry, "type"), _said(entry, "channel") or usual, _said(entry, "instruction") or "", source=SYNC
    )
    _check(mapping)
    return mapping


def _check(one: ActionMapping) -> None:
    said = f"mappings: {one.action_type}"
    if one.hub_type not in HUB_TYPES:
        raise BadRequest(f"{said} needs a type of the Hub: one of {', '.join(HUB_TYPES)}.")
    if one.channel not in CHANNELS:
        raise BadRequest(f"{said} needs a channel of the Hub: one of {', '.join(CHANNELS)}.")
    if one.channel == "email" and one.hub_type != "informational":
        raise BadRequest(f"{said} goes by e-mail, which the Hub does for the type informational only.")
    if not isinstance(one.instruction, str) or len(one.instruction) > LONGEST_INSTRUCTION:
        raise BadRequest(f"{said} needs an instruction of at most {LONGEST_INSTRUCTION} characters.")


def _said(entry: Mapping[str, Any], what: str) -> Any:
    return next((entry[name] for name in SPELLINGS[what] if entry.get(name) not in (None, "")), None)
