"""What a preset is made of once its file is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

LABEL, FIELD, FIT, SIGNAL, TEMPLATE = "label", "person_field", "fit_rule", "signal_type", "template"
MAPPING, RULE, WORKFLOW, VIEW = "mapping", "rule", "workflow", "saved_view"
KINDS: Final[Mapping[str, str]] = {
    LABEL: "Labels",
    FIELD: "Person fields",
    FIT: "Fit rules",
    SIGNAL: "Signal types",
    TEMPLATE: "Action templates",
    MAPPING: "Action mappings",
    RULE: "Automation rules",
    WORKFLOW: "Workflows",
    VIEW: "Saved views",
}
Body = Mapping[str, Any]  # JSON


@dataclass(frozen=True, slots=True)
class Artifact:
    """One thing that a preset brings."""

    kind: str
    key: str
    body: Body


@dataclass(frozen=True, slots=True)
class Profile:
    """Whom in the industry a preset is for, and what it brings for them."""

    key: str
    label: Mapping[str, str]  # language -> words
    artifacts: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True)
class Preset:
    """A starter pack of an industry."""

    key: str
    label: Mapping[str, str]
    about: str
    profiles: tuple[Profile, ...]
    plain: tuple[Artifact, ...]  # for a profile that we have no file for

    def artifacts(self, profile: str | None) -> tuple[Artifact, ...]:
        """What it brings for a profile; the first one counts where none is named."""
        if profile is None:
            return self.profiles[0].artifacts
        return next((one.artifacts for one in self.profiles if one.key == profile), self.plain)
