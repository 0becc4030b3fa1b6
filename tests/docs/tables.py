"""The tables of the documents, made from what the program itself says; `cog -r` writes them, a test checks them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import typer

from cockpit.cli import build_app
from cockpit.exports.registry import FORMATS
from cockpit.panels.registry import PANELS
from cockpit.presets.difference import WORDS
from cockpit.presets.loader import list_presets
from cockpit.presets.preset import KINDS, Profile
from cockpit.settings import Settings, data_folder, variable_of
from scoring.actions.registry import ACTIONS
from scoring.signals import BUILT_IN


def settings() -> str:
    """Every variable with its default and what it is for."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = (
            f"a DuckDB file in the user's data folder (`{shown_folder()}`)" if field.default_factory else field.default
        )
        rows.append([f"`{variable_of(name)}`", str(default) if default != "" else "(none)", field.description or ""])
    return table(["Variable", "Default", "What for"], rows)


def commands() -> str:
    """Every command with its first sentence."""
    rows = [[f"`{name}`", text.strip().splitlines()[0]] for name, text in walk(typer.main.get_command(build_app()))]
    return table(["Command", "What it does"], rows)


def panels() -> str:
    """The ten panels in their order."""
    return table(
        ["Panel", "Key", "Who is on it", "Order"],
        [[panel.title, f"`{slug}`", panel.description, panel.order] for slug, panel in PANELS.items()],
    )


def actions() -> str:
    """The suggested actions."""
    return table(
        ["Action", "Type", "When"],
        [[action.title, f"`{action.key}`", action.description] for action in ACTIONS.values()],
    )


def formats() -> str:
    """The export formats."""
    return table(
        ["Format", "`--format`", "For", "Limits"],
        [[kind.title, f"`{kind.slug}`", kind.help, kind.limits] for kind in FORMATS.values()],
    )


def signal_types() -> str:
    """The built-in catalogue."""
    return table(
        ["Type", "Direction", "Weight", "Half-life (days)", "Opens turn of"],
        [
            [f"`{kind.type}`", kind.direction, f"{kind.weight:g}", f"{kind.half_life:g}", kind.opens_turn]
            for kind in BUILT_IN.values()
        ],
    )


def presets() -> str:
    """The presets with what each brings for its profiles."""
    rows = [
        [f"`{preset.key}`", f"`{profile.key}`", profile.label["en"], *(str(count_of(profile, kind)) for kind in KINDS)]
        for preset in list_presets()
        for profile in preset.profiles
    ]
    return table(["Preset", "Profile", "For", *KINDS.values()], rows)


def preset_changes() -> str:
    """What may become of a thing that a preset brings."""
    return table(["`what`", "Meaning"], [[f"`{what}`", meaning] for what, meaning in WORDS.items()])


def count_of(profile: Profile, kind: str) -> int:
    """How many things of a kind it brings."""
    return sum(one.kind == kind for one in profile.artifacts)


def walk(command: object, name: str = "cockpit") -> Iterator[tuple[str, str]]:
    """All commands of the program with their help, depth first."""
    if isinstance(command, typer.core.TyperGroup):
        for word, part in command.commands.items():
            yield from walk(part, f"{name} {word}")
    elif isinstance(command, typer.core.TyperCommand):
        yield name, command.help or ""


def shown_folder() -> str:
    """The data folder on Linux, whoever builds the document."""
    return f"~/.local/share/{data_folder().name}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
