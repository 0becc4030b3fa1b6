"""Whom a rule is about: its conditions, asked in one way by what acts and by what rehearses.

matching(conn, workspace_id, triggers, spec) -> frame        those of the triggers that the rule answers
bands_at(conn, workspace_id, moments) -> frame               person_id, at, band: by the model and signals of then

`triggers` have person_id, occurred_at, channel and `at`, the instant at which the rule looks at them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import polars as pl

from cockpit.automation.rule_spec import Conditions, RuleSpec
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.models import StoredModel, list_models, list_signal_types
from cockpit.storage.people import list_facts
from cockpit.storage.signals import list_signals
from scoring.evidence import replay
from scoring.intake import INSTANT
from scoring.model import ScoreModel, preset_model
from scoring.score import score
from scoring.signals import BUILT_IN, Catalogue

AT_ONCE = 20_000
BY = ("as_of", "person_id")
JUST_AFTER = timedelta(microseconds=1)  # the signal itself is known when its rule looks


def matching(conn: Connection, workspace_id: WorkspaceId, triggers: pl.DataFrame, spec: RuleSpec) -> pl.DataFrame:
    """The triggers that the rule answers, in their order."""
    said = spec.conditions
    if said.channels:
        triggers = triggers.filter(pl.col("channel").is_in(said.channels))
    if said.oldest_minutes is not None:
        triggers = triggers.filter(pl.col("at") - pl.col("occurred_at") <= timedelta(minutes=said.oldest_minutes))
    if (said.lifecycles or said.fields) and triggers.height:
        meant = _people(list_facts(conn, workspace_id, triggers["person_id"].unique()), said)
        triggers = triggers.filter(pl.col("person_id").is_in(meant.implode()))
    if said.bands and triggers.height:
        bands = bands_at(conn, workspace_id, triggers.select("person_id", "at").unique())
        meant_then = bands.filter(pl.col("band").is_in(said.bands))
        triggers = triggers.join(meant_then, on=["person_id", "at"], how="semi", maintain_order="left")
    return triggers


def bands_at(conn: Connection, workspace_id: WorkspaceId, moments: pl.DataFrame) -> pl.DataFrame:
    """The band of each person at each instant."""
    catalogue = BUILT_IN.with_overrides(list_signal_types(conn, workspace_id))
    found = [pl.DataFrame(schema={"person_id": pl.String, "at": INSTANT, "band": pl.String})]
    for model, part in _by_model(moments, list_models(conn, workspace_id), catalogue):
        for piece in part.sort("person_id", "at").iter_slices(AT_ONCE):
            found.append(_bands(conn, workspace_id, piece, model, catalogue))
    return pl.concat(found)


def _bands(
    conn: Connection, workspace_id: WorkspaceId, moments: pl.DataFrame, model: ScoreModel, catalogue: Catalogue
) -> pl.DataFrame:
    ids = moments["person_id"].unique()
    when = moments.select("person_id", as_of=pl.col("at").cast(INSTANT) + JUST_AFTER)
    facts = list_facts(conn, workspace_id, ids).join(when, on="person_id")
    rows = list_signals(conn, workspace_id, ids).join(when, on="person_id")
    told = score(replay(rows, catalogue, by=BY), facts, model, facts["as_of"], on=BY, ahead=False)
    return told.select("person_id", (pl.col("as_of") - JUST_AFTER).alias("at"), "band")


def _by_model(
    moments: pl.DataFrame, stored: tuple[StoredModel, ...], catalogue: Catalogue
) -> Iterator[tuple[ScoreModel, pl.DataFrame]]:
    """The moments with the model that was valid then; before the first one that first one, without any the preset."""
    valid = sorted((one for one in stored if one.valid_from is not None), key=lambda one: (one.valid_from, one.version))
    if not valid:
        yield preset_model(catalogue), moments
        return
    starts: list[datetime | None] = [None, *(one.valid_from for one in valid[1:]), None]
    for place, one in enumerate(valid):
        first, end = starts[place], starts[place + 1]
        part = moments if first is None else moments.filter(pl.col("at") >= first)
        part = part if end is None else part.filter(pl.col("at") < end)
        if part.height:
            yield ScoreModel.from_dict(one.spec), part


def _people(facts: pl.DataFrame, said: Conditions) -> pl.Series:
    if said.lifecycles:
        facts = facts.filter(pl.col("lifecycle").is_in(said.lifecycles))
    if not said.fields:
        return facts["person_id"]
    profiles = ((row[0], json.loads(row[1] or "{}")) for row in facts.select("person_id", "attributes").iter_rows())
    meant = [who for who, profile in profiles if all(_is(profile.get(name), said.fields[name]) for name in said.fields)]
    return pl.Series("person_id", meant, pl.String)


def _is(value: object, wanted: tuple[str, ...]) -> bool:
    """Whether a value of a profile is one of these; a list is when one of it is."""
    values = value if isinstance(value, list) else [value]
    return any(str(one).casefold() == word.casefold() for one in values if one is not None for word in wanted)
