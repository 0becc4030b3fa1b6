"""Which tables of a tenant a statement touches without naming the workspace."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Insert, Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression

from cockpit.storage.schema import metadata

TENANTS = {name for name, table in metadata.tables.items() if "workspace_id" in table.c}


def tables_without_workspace(statement: Any) -> set[str]:
    """The tenant tables of a statement whose workspace_id is compared with nothing."""
    touched: set[str] = set()
    compared: set[str] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, Table) and element.name in TENANTS:
            touched.add(element.name)
        if isinstance(element, BinaryExpression):
            compared |= {side.table.name for side in (element.left, element.right) if is_workspace(side)}
    if isinstance(statement, Insert):
        touched.add(statement.table.name)
        if carries_workspace(statement):
            compared.add(statement.table.name)
    return touched & TENANTS - compared


def is_workspace(side: Any) -> bool:
    """Whether one side of a comparison is the workspace_id of a table."""
    return isinstance(side, Column) and side.name == "workspace_id" and isinstance(side.table, Table)


def carries_workspace(statement: Insert) -> bool:
    """Whether the inserted rows bring their workspace_id."""
    if statement.select is not None:
        return "workspace_id" in (statement._select_names or ())
    rows = statement._multi_values or ([statement._values] if statement._values else [])
    return bool(rows) and "workspace_id" in str(rows)
