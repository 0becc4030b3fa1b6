"""What a workspace scores with at an instant: its catalogue, its score model and its time zone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from cockpit.model.ids import WorkspaceId
from cockpit.model.whereabouts import whereabouts
from cockpit.storage.database import Connection
from cockpit.storage.models import StoredModel, find_published_model, list_models, list_signal_types
from cockpit.storage.workspaces import Workspace, get_workspace_by_id
from scoring.guards.facts import Place
from scoring.guards.policy import GuardPolicy, QuietHours
from scoring.model import ScoreModel, preset_model
from scoring.signals import BUILT_IN, Catalogue


@dataclass(frozen=True, slots=True)
class Setting:
    """The data that turns signals into panels, besides the signals."""

    workspace_id: WorkspaceId
    time_zone: str
    data_version: int
    last_received_at: datetime | None
    catalogue: Catalogue
    model: ScoreModel
    titles: Mapping[str, str]
    quiet: QuietHours = field(default_factory=QuietHours)  # when the workspace wants people to be contacted

    def channel_of(self, signal_type: str) -> str | None:
        """The channel of a signal type; None for one that nobody described."""
        kind = self.catalogue.get(signal_type)
        return None if kind is None else kind.channel

    def places_of(self, row: Mapping[str, Any]) -> tuple[Place, ...]:
        """Where a person of a panel may be, from the first digits of the number, the zone and the country."""
        closed = self.quiet.holidays == "closed"
        where = (row["phone_prefix"], row["time_zone"], row["country"])
        return whereabouts(*where, self.time_zone, all_holidays=closed).places


# The last setting of each workspace by database: whoever writes signals, catalogue or model raises the data version.
_known: WeakKeyDictionary[object, OrderedDict[WorkspaceId, Setting]] = WeakKeyDictionary()
KEPT = 1_000


def get_setting(conn: Connection, workspace_id: WorkspaceId, as_of: datetime | None) -> Setting:
    """The catalogue and the model that count now, or that counted at a past instant."""
    workspace = get_workspace_by_id(conn, workspace_id)
    kept = _known.setdefault(conn.engine, OrderedDict())
    setting = kept.get(workspace_id) if as_of is None else None
    if setting is None or setting.data_version != workspace.data_version:
        setting = _read(conn, workspace, as_of)
    if as_of is None:
        kept[workspace_id] = setting
        if len(kept) > KEPT:
            kept.popitem(last=False)
    policy = GuardPolicy.from_json(workspace.settings.get("guards") or {})
    return replace(setting, time_zone=workspace.time_zone, quiet=policy.quiet_hours)


def _read(conn: Connection, workspace: Workspace, as_of: datetime | None) -> Setting:
    workspace_id = workspace.workspace_id
    catalogue = BUILT_IN.with_overrides(list_signal_types(conn, workspace_id))
    stored = _model_at(conn, workspace_id, as_of)
    return Setting(
        workspace_id=workspace_id,
        time_zone=workspace.time_zone,
        data_version=workspace.data_version,
        last_received_at=workspace.last_received_at,
        catalogue=catalogue,
        model=preset_model(catalogue) if stored is None else ScoreModel.from_dict(stored.spec),
        titles={name: kind.label for name, kind in catalogue.items()},
    )


def _model_at(conn: Connection, workspace_id: WorkspaceId, as_of: datetime | None) -> StoredModel | None:
    """The model valid then; before the first one was published, that first one: imported history is older than it."""
    found = find_published_model(conn, workspace_id, as_of)
    if found is not None or as_of is None:
        return found
    published = [model for model in list_models(conn, workspace_id) if model.valid_from is not None]
    return min(published, key=lambda model: (model.valid_from, model.version), default=None)
