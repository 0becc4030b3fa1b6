"""What a preset brings, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from cockpit.presets.applier import Applied
from cockpit.presets.difference import ADD, CHANGED, OLDER, OWN, REMOVED, REPLACE, SAME
from cockpit.presets.preset import FIELD, FIT, LABEL, MAPPING, RULE, SIGNAL, TEMPLATE, VIEW, WORKFLOW, Artifact, Body
from cockpit.ui.execution_words import title_of

CHANNELS: Final = MappingProxyType({"phone": "Call", "sms": "SMS", "whatsapp": "WhatsApp", "email": "E-mail"})
# What becomes of it, in the order in which it is told.
BECOMES: Final = MappingProxyType(
    {
        ADD: "Added",
        REPLACE: "Changed",
        CHANGED: "Kept as yours",
        OWN: "Kept as yours",
        REMOVED: "Stays away: you took it away",
        OLDER: "Stays as it is",
        SAME: "There already",
    }
)


def english(words: Any) -> str:
    """The English of a text in several languages, or the text itself."""
    return str(words.get("en") or "") if isinstance(words, Mapping) else str(words or "")


def becomes(applied: Applied) -> str:
    """`12 added, 3 changed, 2 kept as yours, 90 there already`."""
    counts: dict[str, int] = {}
    for what, words in BECOMES.items():
        counts[words] = counts.get(words, 0) + applied.count(what)
    told = [f"{count} {words[0].lower()}{words[1:]}" for words, count in counts.items() if count]
    return ", ".join(told) or "nothing"


def named(artifact: Artifact) -> str:
    """What a thing is called."""
    return NAMES[artifact.kind](artifact) or artifact.key


def said(kind: str, body: Body | None) -> str:
    """What it says, in short."""
    return SAYS[kind](body) if body is not None else ""


def _key(artifact: Artifact) -> str:
    return artifact.key.replace("_", " ").capitalize()


def _template(artifact: Artifact) -> str:
    action, _, channel = artifact.key.partition(".")
    return f"{title_of(action)} · {CHANNELS.get(channel, channel)}"


def _label(body: Body) -> str:
    return " / ".join(word for word in (english(body.get("one")), english(body.get("many"))) if word)


def _field(body: Body) -> str:
    choices = ", ".join(str(one) for one in body.get("choices") or ())
    return f"{body.get('type', '')}: {choices}" if choices else str(body.get("type", ""))


def _signal(body: Body) -> str:
    return f"weight {body['weight']:g}" if isinstance(body.get("weight"), int | float) else ""


def _mapping(body: Body) -> str:
    channel = str(body.get("channel", ""))
    return f"{CHANNELS.get(channel, channel)}: {body.get('instruction', '')}"


def _state(body: Body) -> str:
    return str(body.get("status") or "").capitalize()


NAMES: Final[Mapping[str, Callable[[Artifact], str]]] = MappingProxyType(
    {
        LABEL: _key,
        FIELD: lambda one: english(one.body.get("label")),
        FIT: _key,
        SIGNAL: lambda one: str(one.body.get("title") or "") or _key(one),
        TEMPLATE: _template,
        MAPPING: lambda one: title_of(one.key),
        RULE: lambda one: str(one.body.get("title") or ""),
        WORKFLOW: lambda one: str(one.body.get("title") or ""),
        VIEW: lambda one: english(one.body.get("title")),
    }
)
SAYS: Final[Mapping[str, Callable[[Body], str]]] = MappingProxyType(
    {
        LABEL: _label,
        FIELD: _field,
        FIT: lambda body: f"weight {body['weight']:g}" if "weight" in body else str(body.get("kind", "")),
        SIGNAL: _signal,
        TEMPLATE: english,
        MAPPING: _mapping,
        RULE: _state,
        WORKFLOW: _state,
        VIEW: lambda body: str(body.get("query", "")).replace("&", ", ").replace("=", ": ").replace("+", " "),
    }
)
