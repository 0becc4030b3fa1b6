"""Reads preset files: what all have in common, then the preset's own, then the profile's, each over the one before.

PRESET_KEYS                          in the order in which they are offered
get_preset(key) -> Preset            raises NotFound
list_presets() -> tuple[Preset, ...]
read_preset(key, own, shared) -> Preset          of TOML texts; raises InvalidPreset, naming the place
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from cockpit.errors import NotFound
from cockpit.presets import reading
from cockpit.presets.preset import Preset, Profile
from cockpit.presets.reading import InvalidPreset

PRESET_KEYS: Final = ("real_estate", "insurance", "mortgage", "financial_advisor", "generic")
SECTIONS = ("terms", "label", "field", "fit", "signal", "action", "rule", "workflow", "view")
Document = Mapping[str, Any]


@cache
def get_preset(key: str) -> Preset:
    """The preset of this name.

    Raises:
        NotFound: there is none.
    """
    if key not in PRESET_KEYS:
        raise NotFound(f"There is no preset {key[:60]}: it is one of {', '.join(PRESET_KEYS)}.")
    return read_preset(key, _text(key), _text("shared"))


def list_presets() -> tuple[Preset, ...]:
    """All presets."""
    return tuple(get_preset(key) for key in PRESET_KEYS)


def read_preset(key: str, own: str, shared: str = "") -> Preset:
    """The preset of a file's text, over the text that all share.

    Raises:
        InvalidPreset: something cannot be used; the sentence names the place.
    """
    document = _parsed(key, own)
    head, profiles = _table(key, document, "preset"), _table(key, document, "profile")
    if not profiles:
        raise InvalidPreset(f"{key}.toml: [profile.…] names no profile.")
    label = reading.words(f"{key}.toml: [preset]", head.get("label"))
    if not str(head.get("about") or "").strip():
        raise InvalidPreset(f"{key}.toml: [preset] about is missing.")
    sections = {name: part for name, part in document.items() if name not in ("preset", "profile")}
    plain = _over(key, _over("shared", {}, _parsed("shared", shared)), sections)
    made = tuple(_profile(key, name, table, plain) for name, table in profiles.items())
    return Preset(key, label, str(head["about"]), made, reading.artifacts(f"{key}.toml", plain))


def _profile(preset: str, key: str, table: Document, plain: Document) -> Profile:
    where = f"{preset}.toml: [profile.{key}]"
    sections = {name: part for name, part in table.items() if name != "name"}
    merged = _over(preset, plain, sections, within=f"profile.{key}.")
    return Profile(key, reading.words(where, table.get("name")), reading.artifacts(where, merged))


def _over(file: str, below: Document, above: Document, within: str = "") -> Document:
    """Sections laid over sections; what the upper one does not say of an entry stays."""
    if unknown := sorted(set(above) - set(SECTIONS)):
        raise InvalidPreset(f"{file}.toml: there is no section [{within}{unknown[0]}].")
    merged = {name: dict(below.get(name, {})) for name in SECTIONS}
    for name, part in above.items():
        for key, entry in _tables(file, part, f"{within}{name}").items():
            merged[name][key] = {**merged[name].get(key, {}), **entry}
    return merged


def _tables(file: str, part: Any, section: str) -> Mapping[str, Document]:
    if not isinstance(part, Mapping) or not all(isinstance(entry, Mapping) for entry in part.values()):
        raise InvalidPreset(f"{file}.toml: [{section}] must hold tables, one per name.")
    return part


def _table(file: str, document: Document, name: str) -> Document:
    table = document.get(name, {})
    if name == "profile":
        return _tables(file, table, name)
    if not isinstance(table, Mapping):
        raise InvalidPreset(f"{file}.toml: [{name}] must be a table.")
    return table


def _parsed(file: str, text: str) -> Document:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidPreset(f"{file}.toml is no TOML: {error}.") from error


def _text(name: str) -> str:
    return resources.files("cockpit.presets").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
