"""What a workspace scores with now: its catalogue and its published model."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.models import find_published_model, list_signal_types
from scoring.model import ScoreModel, preset_model
from scoring.signals import BUILT_IN, Catalogue


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The catalogue and the score model that are valid now."""

    catalogue: Catalogue
    model: ScoreModel

    def channel_of(self, signal_type: str) -> str | None:
        """The channel of a signal type, None for one nobody described."""
        kind = self.catalogue.get(signal_type)
        return None if kind is None else kind.channel


def get_rulebook(conn: Connection, workspace_id: WorkspaceId) -> Rulebook:
    """Read the rulebook of a workspace; without a published model it is the preset."""
    catalogue = BUILT_IN.with_overrides(list_signal_types(conn, workspace_id))
    stored = find_published_model(conn, workspace_id)
    return Rulebook(catalogue, preset_model(catalogue) if stored is None else ScoreModel.from_dict(stored.spec))
