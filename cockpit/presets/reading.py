"""The sections of a preset file as artifacts, each checked so that a slip is named with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

from cockpit.errors import CockpitError
from cockpit.presets.preset import (
    FIELD,
    FIT,
    LABEL,
    MAPPING,
    RULE,
    SIGNAL,
    TEMPLATE,
    VIEW,
    WORKFLOW,
    Artifact,
)
from scoring.actions.registry import ACTIONS
from scoring.catalogue import from_toml
from scoring.fit import Attribute
from scoring.signals import BUILT_IN, Catalogue

LANGUAGES: Final = ("en", "ar")
FIELD_TYPES: Final = ("text", "number", "flag", "date", "choice")
CHANNELS: Final = {"phone": "phone", "sms": "message", "whatsapp": "message", "email": "email"}  # -> whose text it has
TRIGGERS: Final = ("MANUAL", "PERSON_CREATED")
STEPS: Final = ("FORM", "DELAY", "CONDITION", "START_AVENTORA_ENGAGEMENT", "START_AVENTORA_ENGAGEMENT_BULK")
NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}", re.ASCII)
Table = Mapping[str, Any]
Answer = TypeVar("Answer")


class InvalidPreset(CockpitError):
    """A preset file cannot be used."""


def words(where: str, given: object) -> dict[str, str]:
    """A text in every language.

    Raises:
        InvalidPreset: one is missing.
    """
    found = dict(given) if isinstance(given, Mapping) else {}
    for language in LANGUAGES:
        if not isinstance(found.get(language), str) or not found[language].strip():
            raise InvalidPreset(f"{where} lacks its text in {language}.")
    return {language: found[language] for language in LANGUAGES}


def artifacts(where: str, document: Table) -> tuple[Artifact, ...]:
    """What the sections bring.

    Raises:
        InvalidPreset: something cannot be used.
    """
    for section, entries in document.items():
        for key in entries:
            if not NAME.fullmatch(key):
                raise InvalidPreset(f"{where}: [{section}.{key}] must be a name of letters, digits and _.")
    made: list[Artifact] = []
    for read in (_labels, _fields, _fit, _signals, _actions, _rules, _workflows, _views):
        made += read(where, document)
    return tuple(made)


def _labels(where: str, document: Table) -> Iterator[Artifact]:
    for key, table in document["label"].items():
        at = f"{where}: [label.{key}]"
        _only(at, table, "one", "many")
        texts = {number: words(f"{at} {number}", text) for number, text in table.items()}
        if "one" not in texts:
            raise InvalidPreset(f"{at} lacks `one`.")
        yield Artifact(LABEL, key, texts)


def _fields(where: str, document: Table) -> Iterator[Artifact]:
    for key, table in document["field"].items():
        at = f"{where}: [field.{key}]"
        _only(at, table, "type", "label", "choices")
        kind = _one_of(at, table, "type", FIELD_TYPES)
        choices = table.get("choices", [])
        if (kind == "choice") != bool(choices) or not all(isinstance(one, str) for one in choices):
            raise InvalidPreset(f"{at} needs `choices` for the type choice, and for no other.")
        yield Artifact(FIELD, key, {"type": kind, "label": words(at, table.get("label")), "choices": list(choices)})


def _fit(where: str, document: Table) -> Iterator[Artifact]:
    for key, table in document["fit"].items():
        at, field = f"{where}: [fit.{key}]", document["field"].get(key)
        if field is None:
            raise InvalidPreset(f"{at} judges a field that the preset does not have.")
        attribute = _said_by(at, partial(Attribute.parsed, key, table))
        if unknown := sorted(set(attribute.weight_of_value) - set(field.get("choices", []))):
            raise InvalidPreset(f"{at} weighs {unknown[0]}, which is no choice of the field.")
        yield Artifact(FIT, key, dict(table))


def _signals(where: str, document: Table) -> Iterator[Artifact]:
    file = _said_by(where, lambda: from_toml({"signal": document["signal"]}))
    for key, spec in file.signals.items():
        yield Artifact(SIGNAL, key, dict(spec))


def _actions(where: str, document: Table) -> Iterator[Artifact]:
    for key, table in document["action"].items():
        at = f"{where}: [action.{key}]"
        _only(at, table, "hub_type", "channel", "phone", "message", "email")
        if key not in ACTIONS:
            raise InvalidPreset(f"{at} is no action.")
        usual = _one_of(at, table, "channel", CHANNELS)
        bodies = {channel: _template(at, channel, table, document["terms"]) for channel in CHANNELS}
        yield from (Artifact(TEMPLATE, f"{key}.{channel}", body) for channel, body in bodies.items())
        chosen = bodies[usual]
        said = {"instruction": chosen["en"], "translations": {"ar": chosen["ar"]}, "source": "preset"}
        yield Artifact(MAPPING, key, {"hub_type": chosen["hub_type"], "channel": usual, **said})


def _template(at: str, channel: str, table: Table, terms: Table) -> dict[str, str]:
    """The text of a channel with the preset's words put in."""
    form = CHANNELS[channel]
    texts = words(f"{at[:-1]}.{form}]", table.get(form))
    hub_type = "informational" if channel == "email" else _text(at, table, "hub_type")
    spoken = {
        language: {key: words(f"{at} {key}", term)[language] for key, term in terms.items()} for language in texts
    }
    try:
        return {"hub_type": hub_type, **{one: text.format_map(spoken[one]) for one, text in texts.items()}}
    except (KeyError, ValueError, IndexError) as error:
        raise InvalidPreset(f"{at[:-1]}.{form}] names a term that the preset does not have: {error}.") from None


def _rules(where: str, document: Table) -> Iterator[Artifact]:
    catalogue = _catalogue(document)
    for key, table in document["rule"].items():
        at = f"{where}: [rule.{key}]"
        _only(at, table, "title", "signal", "action")
        signal, action = _one_of(at, table, "signal", catalogue), _one_of(at, table, "action", ACTIONS)
        draft = {"status": "DRAFT", "enabled": False, "auto_execute": False}
        yield Artifact(
            RULE, key, {"title": _text(at, table, "title"), "signal_type": signal, "action_type": action, **draft}
        )


def _workflows(where: str, document: Table) -> Iterator[Artifact]:
    for key, table in document["workflow"].items():
        at = f"{where}: [workflow.{key}]"
        _only(at, table, "title", "trigger", "step")
        trigger = table.get("trigger", {})
        _one_of(f"{at} trigger", trigger, "type", TRIGGERS)
        steps = [_step(at, step) for step in table.get("step", [])]
        if not steps:
            raise InvalidPreset(f"{at} has no steps.")
        title = f"[preset:{key}] {_text(at, table, 'title')}"
        yield Artifact(WORKFLOW, key, {"title": title, "status": "DRAFT", "spec": {"trigger": trigger, "steps": steps}})


def _step(at: str, step: Table) -> dict[str, Any]:
    kind = _one_of(f"{at} step", step, "type", STEPS)
    _text(f"{at} step", step, "key")
    if kind.startswith("START_"):
        _one_of(f"{at} step", step, "action", ACTIONS)
    return dict(step)


def _views(where: str, document: Table) -> Iterator[Artifact]:
    for key, table in document["view"].items():
        at = f"{where}: [view.{key}]"
        _only(at, table, "title", "page", "query")
        page, query = _text(at, table, "page"), _text(at, table, "query")
        if not page.startswith("/objects/") or not parse_qsl(query, strict_parsing=True):
            raise InvalidPreset(f"{at} needs a page below /objects/ and a query like sort=Priority.")
        yield Artifact(VIEW, key, {"title": words(at, table.get("title")), "page": page, "query": query})


def _catalogue(document: Table) -> Catalogue:
    return from_toml({"signal": document["signal"]}).over(BUILT_IN)


def _said_by(at: str, read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except ValueError as error:
        raise InvalidPreset(f"{at}: {error}") from error


def _only(at: str, table: Table, *known: str) -> None:
    if unknown := sorted(set(table) - set(known)):
        raise InvalidPreset(f"{at} has an unknown field: {unknown[0]}.")


def _text(at: str, table: Table, name: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidPreset(f"{at} lacks `{name}`.")
    return value


def _one_of(at: str, table: Table, name: str, allowed: Any) -> str:
    value = table.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise InvalidPreset(f"{at} {name} cannot be {value!r}.")
    return value
