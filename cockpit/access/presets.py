"""What a host may ask for: the presets there are."""

from __future__ import annotations

from cockpit.errors import BadRequest
from cockpit.presets.loader import PRESET_KEYS, get_preset


def check_preset(key: str | None, profile: str | None) -> dict[str, str]:
    """What a workspace remembers of the preset it was asked to have.

    The guide's lists of profiles are examples: one that we do not know gets what the preset brings for everybody.

    Raises:
        BadRequest: there is no such preset.
    """
    if key is None:
        return {}
    if key not in PRESET_KEYS:
        raise BadRequest(f"industryPreset must be one of {', '.join(PRESET_KEYS)}.")
    return {"industry_preset": key, "industry_profile": profile or get_preset(key).profiles[0].key}
