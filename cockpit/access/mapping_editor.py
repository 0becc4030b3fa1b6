"""Changing by hand what the Hub is asked to do for an action.

save_mapping(db, viewer, mapping, now)         raises Forbidden, InvalidInput
remove_mapping(db, viewer, action_type)        from then on the action is blocked, and says so
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from cockpit.access.mappings import NAME
from cockpit.errors import InvalidInput, NotFound
from cockpit.hub.connection import CHANNELS, HUB_TYPES
from cockpit.hub.request import LONGEST_INSTRUCTION
from cockpit.model.roles import Permission
from cockpit.model.viewer import Viewer
from cockpit.storage.action_mappings import ActionMapping, delete_action_mappings, upsert_action_mappings
from cockpit.storage.database import Database
from cockpit.storage.preset_artifacts import PRESET
from cockpit.storage.workspaces import replace_data_version

EDITED = "edited"
SOURCES = (PRESET, "sync", EDITED)


def save_mapping(db: Database, viewer: Viewer, mapping: ActionMapping, now: datetime) -> None:
    """Say what the Hub is asked to do for an action.

    Raises:
        Forbidden: the viewer may not.
        InvalidInput: the Hub would not understand it.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    check_mapping(mapping)
    translations = {language: text.strip() for language, text in (mapping.translations or {}).items() if text.strip()}
    written = replace(mapping, instruction=mapping.instruction.strip(), translations=translations, source=EDITED)
    with db.write(viewer.workspace_id) as conn:
        upsert_action_mappings(conn, viewer.workspace_id, [written], now=now)
        replace_data_version(conn, viewer.workspace_id)


def remove_mapping(db: Database, viewer: Viewer, action_type: str) -> None:
    """Take a mapping away, whoever made it.

    Raises:
        Forbidden: the viewer may not.
        NotFound: there is none.
    """
    viewer.check(Permission.MANAGE_SETTINGS)
    with db.write(viewer.workspace_id) as conn:
        gone = [delete_action_mappings(conn, viewer.workspace_id, [action_type], source=one) for one in SOURCES]
        if not any(gone):
            raise NotFound(f"{action_type} has no mapping.")
        replace_data_version(conn, viewer.workspace_id)


def check_mapping(mapping: ActionMapping) -> None:
    """See that the Hub would understand a mapping.

    Raises:
        InvalidInput: it would not.
    """
    if not NAME.fullmatch(mapping.action_type):
        raise InvalidInput("An action is a name like CALL_LEAD.")
    if mapping.hub_type not in HUB_TYPES:
        raise InvalidInput(f"{mapping.hub_type[:60]} is no type of the Hub: one of {', '.join(HUB_TYPES)}.")
    if mapping.channel not in CHANNELS:
        raise InvalidInput(f"{mapping.channel[:60]} is no channel of the Hub: one of {', '.join(CHANNELS)}.")
    if mapping.channel == "email" and mapping.hub_type != "informational":
        raise InvalidInput("The Hub sends e-mail for the type informational only.")
    texts = (mapping.instruction, *(mapping.translations or {}).values())
    if not mapping.instruction.strip() or any(len(text) > LONGEST_INSTRUCTION or "\0" in text for text in texts):
        raise InvalidInput(f"An instruction has 1 to {LONGEST_INSTRUCTION} characters.")
