"""What a workspace scores with now: its catalogue and its published model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.ground import get_ground
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
    ground = get_ground(conn, workspace_id)
    return rulebook_of(ground.types, ground.model)


@lru_cache(maxsize=256)
def rulebook_of(types: tuple[tuple[str, str], ...], model: str | None) -> Rulebook:
    """The rulebook of what is stored as JSON: signal types and a model, which change seldom."""
    catalogue = BUILT_IN.with_overrides({name: json.loads(spec) for name, spec in types})
    return Rulebook(catalogue, preset_model(catalogue) if model is None else ScoreModel.from_dict(json.loads(model)))
