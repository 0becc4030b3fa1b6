"""Pages by the last row of the one before: no row is counted over, and none is skipped when others come and go."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_


def ordered(
    query: Select[Any], column: ColumnElement[Any], identity: ColumnElement[Any], *, falling: bool
) -> Select[Any]:
    """The rows by a column, equals by id."""
    return query.order_by(column.desc() if falling else column, identity)


def beyond(
    query: Select[Any],
    column: ColumnElement[Any],
    identity: ColumnElement[Any],
    last: tuple[Any, UUID],
    *,
    falling: bool,
) -> Select[Any]:
    """The rows of that order after the last one of a page."""
    key, row_id = last
    further = column < key if falling else column > key
    reached = column <= key if falling else column >= key
    # Said twice: the first half is what an index can start from.
    return query.where(reached, or_(further, identity > row_id))
