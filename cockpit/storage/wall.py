"""The person wall as a condition: the one predicate of every read that somebody behind the wall may cause.

    select(person).where(person.c.workspace_id == workspace_id, *visible_to(scope, person))

A person created by an integration on behalf of nobody has `person.is_system`; null and false are made by somebody.
`score.owner_id` is that of the person in every committed state, so that panels find their rows by index.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Table, literal, select

from cockpit.model.viewer import Scope
from cockpit.storage.schema import person, score


def visible_to(scope: Scope | None, table: Table) -> tuple[ColumnElement[bool], ...]:
    """The condition on the rows of a table with a person_id; none where somebody sees everybody."""
    if scope is None:
        return ()
    if table is person:
        own = person.c.owner_id == scope.member_id
        return (own,) if scope.with_system else (own, person.c.is_system.is_not(True))
    if table is score and scope.with_system:
        return (score.c.owner_id == scope.member_id,)
    same = (person.c.workspace_id == table.c.workspace_id, person.c.person_id == table.c.person_id)
    theirs = select(literal(1)).select_from(person).where(*same, *visible_to(scope, person))
    return (theirs.correlate(table).exists(),)
