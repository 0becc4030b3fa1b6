"""All that guards look at besides what went out before, in one statement.

get_facts(conn, workspace_id, person, subject, groups) -> Facts        of somebody who was read before
get_facts_locked(conn, workspace_id, subject, groups) -> Facts         nobody changes the person meanwhile
get_facts_first(conn, workspace_id, subject, groups) -> (Head, Facts)  and the chain is held, before the person

`groups` are types of signals: of each group the newest instant is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BindParameter, Connection, FromClause, Select, String, Table, Uuid, and_, bindparam, func, select
from sqlalchemy import true as always

from cockpit.errors import NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.storage.action_mappings import ActionMapping
from cockpit.storage.at_once import OF_WORKSPACE
from cockpit.storage.automation_tables import action_mapping, automation_stop, consent, workflow
from cockpit.storage.guard_chain import Head, NoChain, head_asked
from cockpit.storage.guard_facts import (
    NO_PERSON,
    ConsentRow,
    ConversationRow,
    PersonRow,
    RuleRow,
    Stop,
    WorkflowRow,
)
from cockpit.storage.schema import accumulator, conversation, person, rule, workspace
from cockpit.storage.together import Asked, Rows, rows_together
from cockpit.storage.workspaces import Workspace

Groups = tuple[tuple[str, ...], ...]
WORKSPACE: Final = "workspace"  # the name of the stop of all of it


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an outreach would reach, and by what."""

    person_id: UUID
    rule_key: str | None = None
    action_type: str | None = None  # given: its mapping is read as well

    def values(self, workspace_id: WorkspaceId) -> dict[str, Any]:
        """The parameters of the statements."""
        return {
            "of_workspace": workspace_id,
            "of_person": self.person_id,
            "of_rule": self.rule_key,
            "of_action": self.action_type,
            "about_workspace": WORKSPACE,
            "about_person": f"person:{self.person_id}",
            "about_rule": None if self.rule_key is None else f"rule:{self.rule_key}",
        }


@dataclass(frozen=True, slots=True)
class Facts:
    """What is stored of the workspace, the person and the rule."""

    person: PersonRow
    workspace: Workspace
    newest: tuple[datetime | None, ...]  # of each group of signals
    conversation: ConversationRow
    rule: RuleRow | None
    workflow: WorkflowRow | None
    mapping: ActionMapping | None
    stops: Mapping[str, Stop]
    consents: tuple[ConsentRow, ...]  # oldest first


def get_facts(
    conn: Connection, workspace_id: WorkspaceId, person: PersonRow, subject: Subject, groups: Groups
) -> Facts:
    """What is stored now.

    Raises:
        NotFound: There is no such workspace.
    """
    [rows] = rows_together(conn, Asked(_facts(groups), subject.values(workspace_id)))
    return _read(person, rows, len(groups))


def get_facts_locked(conn: Connection, workspace_id: WorkspaceId, subject: Subject, groups: Groups) -> Facts:
    """The person, as they are until this transaction ends, and what is stored once they are held.

    Raises:
        NotFound: There is nobody with this id.
    """
    values = subject.values(workspace_id)
    people, rows = rows_together(conn, Asked(_person(), values, locks=True), Asked(_facts(groups), values))
    return _read(_found(people), rows, len(groups))


def get_facts_first(
    conn: Connection, workspace_id: WorkspaceId, subject: Subject, groups: Groups
) -> tuple[Head, Facts]:
    """The same after the chain of the workspace is held: the first lock of whoever reserves.

    Raises:
        NoChain: it has not begun, so that the person was locked first: end this transaction, then `get_head`.
        NotFound: There is nobody with this id.
    """
    values = subject.values(workspace_id)
    heads, people, rows = rows_together(
        conn, head_asked(workspace_id), Asked(_person(), values, locks=True), Asked(_facts(groups), values)
    )
    if not heads:  # who holds a new chain may wait for this person: to wait for the chain now would be a deadlock
        raise NoChain
    return Head(*heads[0]), _read(_found(people), rows, len(groups))


def _found(rows: Rows) -> PersonRow:
    if not rows:
        raise NotFound(NO_PERSON)
    return PersonRow(*rows[0])


def _read(whom: PersonRow, rows: Rows, groups: int) -> Facts:
    """One row, or one for each stop and consent."""
    if not rows:
        raise NotFound("There is no such workspace.")
    taken = iter(rows[0])

    def of(kind: Any) -> Any:
        values = [next(taken) for _ in kind.__dataclass_fields__]
        return None if values[0] is None else kind(*values)

    found_workspace, newest = of(Workspace), tuple(next(taken) for _ in range(groups))
    here = ConversationRow(*(next(taken) for _ in ConversationRow.__dataclass_fields__))
    found_rule, found_workflow, mapping = of(RuleRow), of(WorkflowRow), of(ActionMapping)
    width, last = len(Stop.__dataclass_fields__), len(rows[0]) - len(ConsentRow.__dataclass_fields__)
    first = last - 1 - width
    stops = {row[first]: Stop(*row[first : first + width]) for row in rows if row[first] is not None}
    agreed = {row[last - 1]: ConsentRow(*row[last:]) for row in rows if row[last - 1] is not None}
    return Facts(
        whom,
        found_workspace,
        newest,
        here,
        found_rule,
        found_workflow,
        mapping,
        stops,
        tuple(agreed.values()),
    )


def _given(name: str) -> BindParameter[Any]:
    return bindparam(name, None, Uuid() if name == "of_person" else String())


@cache
def _person() -> Select[Any]:
    columns = [person.c[name] for name in PersonRow.__dataclass_fields__]
    mine = (person.c.workspace_id == OF_WORKSPACE, person.c.person_id == _given("of_person"))
    return select(*columns).where(*mine)


@cache
def _facts(groups: Groups) -> Select[Any]:
    """A workspace with the one row of each table that is about the subject; stops and consents may be several."""
    of_person = _given("of_person")
    newest = select(
        *(
            func.max(accumulator.c.last_at).filter(accumulator.c.type.in_(types)).label(f"newest_{place}")
            for place, types in enumerate(groups)
        )
    )
    theirs = newest.where(accumulator.c.workspace_id == OF_WORKSPACE, accumulator.c.person_id == of_person)
    last = theirs.subquery("last")
    source: FromClause = workspace.join(last, always())
    source = _beside(source, conversation, person_id=of_person)
    source = _beside(source, rule, rule_key=_given("of_rule"))
    source = _beside(source, workflow, workflow_key=_given("of_rule"))
    source = _beside(source, action_mapping, action_type=_given("of_action"))
    about = automation_stop.c.about.in_([_given(name) for name in ("about_workspace", "about_person", "about_rule")])
    source = source.outerjoin(automation_stop, and_(automation_stop.c.workspace_id == OF_WORKSPACE, about))
    source = _beside(source, consent, person_id=of_person)
    columns = [
        *_columns(workspace, Workspace),
        *last.c,
        *_columns(conversation, ConversationRow),
        *_columns(rule, RuleRow),
        *_columns(workflow, WorkflowRow),
        *_columns(action_mapping, ActionMapping),
        *_columns(automation_stop, Stop),
        consent.c.consent_id,
        *_columns(consent, ConsentRow),
    ]
    rows = select(*columns).select_from(source).where(workspace.c.workspace_id == OF_WORKSPACE)
    return rows.order_by(consent.c.granted_at, consent.c.consent_id)


def _beside(source: FromClause, table: Any, **keys: BindParameter[Any]) -> FromClause:
    """The row of a table with these keys, where there is one."""
    same = (table.c[name] == value for name, value in keys.items())
    return source.outerjoin(table, and_(table.c.workspace_id == OF_WORKSPACE, *same))


def _columns(table: Table | Any, kind: Any) -> Iterable[Any]:
    return (table.c[name].label(f"{table.name}_{name}") for name in kind.__dataclass_fields__)
