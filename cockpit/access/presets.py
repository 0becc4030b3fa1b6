"""The industry presets a host may offer, with example profiles."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.errors import BadRequest


@dataclass(frozen=True, slots=True)
class IndustryPreset:
    """A starter pack and whom it is for."""

    key: str
    label: str
    profiles: tuple[str, ...]


INDUSTRY_PRESETS = (
    IndustryPreset("real_estate", "Real estate", ("buyer_agent", "listing_agent", "broker")),
    IndustryPreset("insurance", "Insurance", ("personal_lines", "general_insurance_advisor")),
    IndustryPreset("mortgage", "Mortgage", ("mortgage_agent", "broker_owner")),
    IndustryPreset("financial_advisor", "Financial advisor", ("wealth_advisor", "practice_owner")),
    IndustryPreset("generic", "Generic", ("default",)),
)


def check_preset(key: str | None, profile: str | None) -> dict[str, str]:
    """What a workspace remembers of the preset it was asked to have.

    Raises:
        BadRequest: there is no such preset.
    """
    if key is None:
        return {}
    preset = next((one for one in INDUSTRY_PRESETS if one.key == key), None)
    if preset is None:
        raise BadRequest(f"industryPreset must be one of {', '.join(one.key for one in INDUSTRY_PRESETS)}.")
    return {"industry_preset": key, "industry_profile": profile or preset.profiles[0]}
