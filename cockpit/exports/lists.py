"""The lists that can leave: the rows of a panel, and the people of a workspace, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import polars as pl

from cockpit.exports.table import DTYPES, Column, Kind, Table
from cockpit.model.panel import PanelRow

BATCH_ROWS: Final = 5_000

Field = tuple[str, Kind, Callable[[PanelRow], Any]]  # the column, what its values are, and how a row gives one


def own(name: str, kind: Kind = "text") -> Field:
    """A field that is an attribute of the row."""
    return name, kind, lambda row: getattr(row, name)


def of(part: str, name: str, attribute: str, kind: Kind = "text") -> Field:
    """A field of the row's suggested action, activity or outlook; empty where there is none."""
    return name, kind, lambda row: getattr(getattr(row, part), attribute, None)


PERSON_FIELDS: Final[tuple[Field, ...]] = (
    own("person_id"),
    own("external_id"),
    own("name"),
    own("company"),
    own("owner"),
    own("rank_value", "number"),
    own("why"),
    of("suggested_action", "suggested_action", "title"),
    of("suggested_action", "suggested_channel", "channel"),
    of("suggested_action", "blocked_because", "blocked_reason"),
    own("score", "number"),
    own("band"),
    own("engagement", "number"),
    own("intent", "number"),
    own("fit", "number"),
    own("lifecycle"),
    own("value", "number"),
    own("overdue_minutes", "number"),
    own("quiet_days", "number"),
    own("last_touch"),
    own("last_touch_at", "instant"),
    own("crosses_to"),
    own("crosses_at", "instant"),
    own("time_zone"),
)
MEMBER_FIELDS: Final[tuple[Field, ...]] = (
    own("name"),
    own("why"),
    of("activity", "actions", "actions", "integer"),
    of("activity", "replies", "replies", "integer"),
    of("activity", "bookings", "bookings", "integer"),
    of("activity", "median_response_minutes", "median_response_minutes", "number"),
)
RULE_FIELDS: Final[tuple[Field, ...]] = (
    of("outlook", "rule_key", "rule_key"),
    own("name"),
    of("outlook", "signal_type", "signal_type"),
    of("outlook", "action_type", "action_type"),
    of("outlook", "status", "status"),
    of("outlook", "enabled", "enabled", "yes_no"),
    of("outlook", "auto_execute", "auto_execute", "yes_no"),
    of("outlook", "would_act", "would_act", "integer"),
    of("outlook", "blocked", "blocked", "integer"),
    own("why"),
)
OTHER_FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "team_activity": MEMBER_FIELDS,
    "automation_suggestions": RULE_FIELDS,
}

PEOPLE_COLUMNS: Final[tuple[Column, ...]] = (
    Column("person_id"),
    Column("external_id"),
    Column("name"),
    Column("email"),
    Column("phone", "phone"),
    Column("company"),
    Column("owner"),
    Column("lifecycle"),
    Column("do_not_contact", "yes_no"),
    Column("time_zone"),
    Column("country"),
    Column("value", "number"),
    Column("priority", "number"),
    Column("band"),
    Column("engagement", "number"),
    Column("intent", "number"),
    Column("fit", "number"),
    Column("scored_at", "instant"),
    Column("signals", "integer"),
    Column("last_signal_at", "instant"),
    Column("turn"),
    Column("created_at", "instant"),
)


def panel_table(slug: str, rows: Iterable[PanelRow]) -> Table:
    """The rows of a panel as a table, in their order."""
    fields = OTHER_FIELDS.get(slug, PERSON_FIELDS)
    columns = tuple(Column(name, kind) for name, kind, _ in fields)
    return Table(columns, _batches(fields, iter(rows)))


def people_table(frames: Iterable[pl.DataFrame]) -> Table:
    """The people list as a table; the frames are those of `storage.people_list`."""
    return Table(PEOPLE_COLUMNS, iter(frames))


def _batches(fields: tuple[Field, ...], rows: Iterator[PanelRow]) -> Iterator[pl.DataFrame]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield pl.DataFrame(
            {name: pl.Series(name, [read(row) for row in batch], dtype=DTYPES[kind]) for name, kind, read in fields}
        )
