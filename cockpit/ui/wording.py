"""The workspace's own words: what people, companies and stages are called, the fields of a person, saved views, texts.

They come with an industry preset or were said by the workspace; without either the general words hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl

import streamlit as st

from cockpit.model.ids import WorkspaceId
from cockpit.presets.preset import FIELD, LABEL, TEMPLATE, VIEW, Body
from cockpit.storage.preset_artifacts import list_artifacts
from cockpit.ui import connection
from cockpit.ui.frame import Visit
from cockpit.ui.preset_words import english
from cockpit.ui.words import plain

USUAL: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "person": ("Person", "People"),
        "company": ("Company", "Companies"),
        "opportunity": ("Opportunity", "Opportunities"),
    }
)
READ: Final = (LABEL, FIELD, TEMPLATE, VIEW)
Kept = Mapping[str, Mapping[str, Body]]


@dataclass(frozen=True, slots=True)
class View:
    """A list with its filters, under a name."""

    key: str
    title: str
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one workspace."""

    kept: Kept

    def one(self, what: str) -> str:
        """What one person, company or opportunity is called."""
        return self._label(what, "one") or USUAL[what][0]

    def many(self, what: str) -> str:
        """What several are called."""
        return self._label(what, "many") or USUAL[what][1]

    def stage(self, stage: str) -> str:
        """What a stage of an opportunity is called."""
        return self._label(f"stage_{stage.lower()}", "one") or plain(stage).replace("_", " ").capitalize()

    def field(self, name: str) -> str:
        """What a field of a person is called."""
        return plain(english(self._field(name).get("label"))) or name.replace("_", " ").capitalize()

    def value(self, name: str, value: Any) -> str:
        """The value of a field as a person reads it."""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if self._field(name).get("type") == "choice" and isinstance(value, str):
            return plain(value).replace("_", " ").capitalize()
        return f"{value:,}" if isinstance(value, int | float) else str(value)

    def views(self, page: str) -> tuple[View, ...]:
        """The saved views of a page, by name."""
        found = (
            View(key, plain(english(body.get("title"))) or key, dict(parse_qsl(str(body.get("query", "")))))
            for key, body in self.kept[VIEW].items()
            if body.get("page") == page
        )
        return tuple(sorted(found, key=lambda one: one.title))

    def texts(self, action: str) -> Mapping[str, Body]:
        """What the Hub can be told for an action, by channel."""
        named = ((key.partition("."), body) for key, body in self.kept[TEMPLATE].items())
        return {channel: body for (one, _, channel), body in named if one == action}

    def _label(self, key: str, form: str) -> str:
        return plain(english(self.kept[LABEL].get(key, {}).get(form)))

    def _field(self, name: str) -> Body:
        return self.kept[FIELD].get(name, {})


def wording(visit: Visit) -> Wording:
    """The words of this workspace."""
    return Wording(_kept(visit.workspace_id, visit.workspace.data_version))


@st.cache_data(show_spinner=False, max_entries=64)
def _kept(workspace_id: WorkspaceId, data_version: int) -> dict[str, dict[str, Body]]:
    del data_version  # a part of the key
    found: dict[str, dict[str, Body]] = {kind: {} for kind in READ}
    with connection.cockpit().db.read(workspace_id) as conn:
        for one in list_artifacts(conn, workspace_id):
            if one.kind in found and one.body is not None and one.removed_at is None:
                found[one.kind][one.artifact_key] = dict(one.body)
    return found
