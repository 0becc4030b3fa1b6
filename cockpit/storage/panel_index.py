"""The top of every panel by index: which people could be among the first rows at an instant.

A row that is not due differs from its stored key by the margin of its panel at most, or by its own where that is
stored. The first `limit` stored keys, each less its margin, give a line: whoever cannot reach it is not among the first
`limit` now. Rows that are due are always candidates, so the answer is exact even while the worker is behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import polars as pl
from sqlalchemy import (
    ColumnElement,
    Connection,
    Double,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    collate,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from cockpit.model.ids import ANY_MEMBER, MemberId, WorkspaceId
from cockpit.model.viewer import Scope
from cockpit.storage.frames import read_frame
from cockpit.storage.schema import person, score, suggested_action
from cockpit.storage.wall import visible_to

CAUSE_SCHEMA = {
    "person_id": pl.String,
    "action_type": pl.String,
    "evidence_type": pl.String,
    "rank_key": pl.Float64,
    "channel": pl.String,
    "has_phone": pl.Boolean,
    "has_email": pl.Boolean,
    "time_zone": pl.String,
    "phone_prefix": pl.String,
    "country": pl.String,
}
CROWD = 1_000  # people near the last place of a panel who are all looked at
DUE = -1
OWN_MARGIN = {"reconnect_oldies_key": score.c.reconnect_oldies_margin}
OWNER = "owner"
PHONE_PREFIX = 9  # what tells where a number was given out; panels read no more of it
RANK_KEY = "rank_key"  # of suggested_action; every other key is a column of score


@dataclass(frozen=True, slots=True)
class Reach:
    """What is looked for: whose panels, at which instant, how many rows, and how far keys may have drifted."""

    workspace_id: WorkspaceId
    now: datetime
    limit: int
    margins: Mapping[str, float]  # key column -> the most a row that is not due differs from its stored key
    tied: frozenset[str] = frozenset()  # keys whose equals are told apart by something only the caller knows
    owner_id: MemberId | None = None
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement about a reach looks like, whatever its values are."""

    limit: int
    margins: tuple[tuple[str, float], ...]
    tied: frozenset[str]
    owner: MemberId | str | None  # None, ANY_MEMBER, or OWNER for one that is a parameter
    with_system: bool | None  # of the scope; None: no scope
    crowd: int

    def reach(self) -> Reach:
        """The reach with parameters in the place of values."""
        workspace_id: Any = bindparam("workspace", type_=Uuid())
        now: Any = bindparam("now", type_=score.c.due_at.type)
        owner: Any = bindparam(OWNER, type_=Uuid()) if self.owner == OWNER else self.owner
        viewer: Any = bindparam("viewer", type_=Uuid())
        scope = None if self.with_system is None else Scope(viewer, self.with_system)
        return Reach(workspace_id, now, self.limit, dict(self.margins), self.tied, owner, scope)


def _shape_of(reach: Reach) -> tuple[Shape, dict[str, Any]]:
    """The shape of a reach and its values: writing a statement takes longer than reading a few rows with it."""
    one_owner = reach.owner_id not in (None, ANY_MEMBER)
    system = None if reach.scope is None else reach.scope.with_system
    owner = OWNER if one_owner else reach.owner_id
    shape = Shape(reach.limit, tuple(reach.margins.items()), reach.tied, owner, system, CROWD)
    values: dict[str, Any] = {"workspace": reach.workspace_id, "now": reach.now}
    if one_owner:
        values[OWNER] = reach.owner_id
    if reach.scope is not None:
        values["viewer"] = reach.scope.member_id
    return shape, values


def list_candidates(conn: Connection, reach: Reach) -> pl.DataFrame:
    """Everybody who may be among the first `limit` people of one of the panels, and everybody who is due."""
    shape, values = _shape_of(reach)
    found = read_frame(conn, _candidates(shape), values)
    near = found["panel"].filter(found["panel"] != DUE)
    if len(near) >= CROWD and near.value_counts()["count"].max() == CROWD:
        # So many have nearly the same number that who is shown must be decided where they are stored.
        parts = [part for key, line in find_lines(conn, reach).items() for part in _above(reach, key, line)]
        shown = select(union(*parts).subquery().c.person_id, literal(0).label("panel"))
        found = read_frame(conn, select(union_all(shown, _due(reach)).subquery()))
    is_due = (pl.col("panel") == DUE).cast(pl.Int64).alias("is_due")
    return found.select("person_id", is_due).unique("person_id", maintain_order=True)


@lru_cache(maxsize=256)
def _candidates(shape: Shape) -> Select[Any]:
    """Those at or above the line of each panel, a crowd at most, and those who are due."""
    reach = shape.reach()
    lines = select(*(_line(reach, key).scalar_subquery().label(key) for key in reach.margins)).cte("lines")
    parts = []
    for number, key in enumerate(reach.margins):
        column, source = key_and_people(reach, key)
        line = func.coalesce(select(lines.c[key]).scalar_subquery(), literal(float("-inf"), Double))
        near = source.add_columns(literal(number).label("panel")).where(*_at_least(reach, key, line), steady(reach))
        # In the order of the index, which otherwise a line nobody knows beforehand would not seem worth.
        parts.append(select(near.order_by(column.desc()).limit(shape.crowd).subquery()))
    return select(union_all(*parts, _due(reach)).subquery())


def find_lines(conn: Connection, reach: Reach) -> dict[str, float | None]:
    """What the key at place `limit` of each panel is at least; None where the panel is shorter."""
    if not reach.margins:
        return {}
    columns = [_line(reach, key).scalar_subquery().label(key) for key in reach.margins]
    frame = read_frame(conn, select(*columns))
    return {key: frame[key][0] for key in reach.margins}


def count_members(conn: Connection, reach: Reach) -> dict[str, int]:
    """How many people that are not due each panel holds, counted up to `limit`."""
    columns = []
    for key in reach.margins:
        column, source = key_and_people(reach, key)
        some = source.with_only_columns(literal(1).label("one")).where(column.is_not(None), steady(reach))
        columns.append(
            select(func.count()).select_from(some.limit(reach.limit).subquery()).scalar_subquery().label(key)
        )
    frame = read_frame(conn, select(*columns))
    return {key: frame[key][0] for key in reach.margins}


def list_due(conn: Connection, reach: Reach) -> list[str]:
    """Everybody whose stored row no longer holds."""
    return read_frame(conn, _due(reach))["person_id"].to_list()


def _above(reach: Reach, key: str, line: float | None) -> list[Select[Any]]:
    """The people at or above a line: all whose key drifts, and the first `limit` of those whose key stands still."""
    margin = reach.margins[key]
    column, source = key_and_people(reach, key)
    people = source.where(_reaches(reach, key, line))
    if line is None:
        return [people.where(steady(reach))]
    still = people.where(score.c.due_at.is_(None) if margin else steady(reach))
    first = still if key in reach.tied else _first(still, column, reach.limit)
    return [first, people.where(score.c.due_at > reach.now)] if margin else [first]


def _first(people: Select[Any], column: ColumnElement[float], limit: int) -> Select[Any]:
    """The first people by key; of equals by external id, name and id in the order of code points, as frames sort."""
    order = (
        column.desc(),
        collate(person.c.external_id, "C").asc().nulls_last(),
        collate(person.c.name, "C"),
        person.c.person_id,
    )
    joined = people.join(
        person, and_(person.c.workspace_id == score.c.workspace_id, person.c.person_id == score.c.person_id)
    )
    inner = joined.order_by(*order).limit(limit).subquery()
    return select(inner.c.person_id)


def _line(reach: Reach, key: str) -> Select[Any]:
    column, source = key_and_people(reach, key)
    rows = source.with_only_columns((column - _margin(reach, key)).label("least"))
    first = rows.where(column.is_not(None), steady(reach)).order_by(column.desc()).limit(reach.limit).subquery()
    return select(case((func.count() == reach.limit, func.min(first.c.least))))


def _reaches(reach: Reach, key: str, line: float | None) -> ColumnElement[bool]:
    """Whoever is on the panel, and may be at its line or above."""
    column, _ = key_and_people(reach, key)
    return column.is_not(None) if line is None else and_(*_at_least(reach, key, literal(line, Double)))


def _at_least(reach: Reach, key: str, line: ColumnElement[float]) -> tuple[ColumnElement[bool], ...]:
    """Whose key may be at a line or above."""
    column, _ = key_and_people(reach, key)
    nearby = column >= line - reach.margins[key]  # what an index finds; the margin of the row itself is finer
    return (nearby, column >= line - _margin(reach, key)) if key in OWN_MARGIN else (nearby,)


def _margin(reach: Reach, key: str) -> ColumnElement[float]:
    """How far a row may be from its stored key."""
    bound = literal(reach.margins[key], Double)
    return func.coalesce(OWN_MARGIN[key], bound) if key in OWN_MARGIN else bound


def key_and_people(reach: Reach, key: str) -> tuple[ColumnElement[float], Select[Any]]:
    """The key and the people that may have it."""
    mine = score.c.workspace_id == reach.workspace_id
    own = _asked_for(reach)
    if key != RANK_KEY:
        return score.c[key], select(score.c.person_id).where(mine, *own)
    same = and_(
        suggested_action.c.workspace_id == score.c.workspace_id, suggested_action.c.person_id == score.c.person_id
    )
    cards = select(score.c.person_id).select_from(suggested_action).join(score, same)
    return suggested_action.c.rank_key, cards.where(mine, suggested_action.c.workspace_id == reach.workspace_id, *own)


def _asked_for(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    """Rows of the owner who is asked for, of those that whoever asks may see."""
    return *owned_by(score.c.owner_id, reach.owner_id), *visible_to(reach.scope, score)


def owned_by(owner: ColumnElement[Any], asked: MemberId | None) -> tuple[ColumnElement[bool], ...]:
    """The condition on the owner: one member, any member, or none at all."""
    if asked is None:
        return ()
    return (owner.is_not(None),) if asked == ANY_MEMBER else (owner == asked,)


def steady(reach: Reach) -> ColumnElement[bool]:
    """Rows whose stored keys and memberships still hold."""
    return or_(score.c.due_at.is_(None), score.c.due_at > reach.now)


def _due(reach: Reach) -> Select[Any]:
    mine = (score.c.workspace_id == reach.workspace_id, score.c.due_at <= reach.now)
    return select(score.c.person_id, literal(DUE).label("panel")).where(*mine, *_asked_for(reach))


def list_causes(conn: Connection, reach: Reach, causes: Sequence[tuple[str, str]]) -> pl.DataFrame:
    """The first `limit` cards of people who are not due, for each (action type, evidence type), with their facts."""
    if not causes:
        return pl.DataFrame(schema=CAUSE_SCHEMA)
    shape, values = _shape_of(reach)
    return read_frame(conn, _causes(shape, tuple(causes)), values)


@lru_cache(maxsize=256)
def _causes(shape: Shape, causes: tuple[tuple[str, str], ...]) -> Select[Any]:
    return select(union_all(*(_cause(shape.reach(), *cause) for cause in causes)).subquery())


def _cause(reach: Reach, action_type: str, evidence_type: str) -> Select[Any]:
    card = suggested_action.c
    _, people = key_and_people(reach, RANK_KEY)
    some = (
        people.where(
            card.action_type == action_type,
            card.evidence_type == evidence_type,
            card.rank_key.is_not(None),
            steady(reach),
        )
        .with_only_columns(card.person_id, card.action_type, card.evidence_type, card.rank_key, card.channel)
        .order_by(card.rank_key.desc(), card.person_id)
        .limit(reach.limit)
        .subquery()
    )
    of_card = and_(person.c.workspace_id == reach.workspace_id, person.c.person_id == some.c.person_id)
    return select(
        *some.c,
        person.c.phone.is_not(None).label("has_phone"),
        person.c.email.is_not(None).label("has_email"),
        person.c.time_zone,
        func.substr(person.c.phone, 1, PHONE_PREFIX).label("phone_prefix"),
        person.c.country,
    ).join_from(some, person, of_card)
