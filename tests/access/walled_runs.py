"""What the person wall is compared by in runs of workflows: one for some people each, and one for all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any
from uuid import UUID, uuid5

from cockpit.errors import NotFound
from cockpit.model.ids import WorkspaceId
from cockpit.storage import workflow_runs, workflow_steps
from cockpit.storage.database import Connection
from tests.storage.rows import run_of

KEY = "welcome"
FOR_ALL = UUID(int=77)
Row = tuple[str, object]


def run_id_of(person_id: str) -> UUID:
    """The run for one person, where there is one."""
    return uuid5(UUID(person_id), "run")


def fill_runs(conn: Connection, workspace_id: WorkspaceId, people: Iterable[str], everybody: Collection[str]) -> None:
    """A run for each of some people, and one for everybody."""
    for number, one in enumerate(people):
        workflow_runs.insert_run(conn, workspace_id, run_of(f"{number}", run_id_of(one), UUID(one)))
    workflow_runs.insert_run(conn, workspace_id, run_of("all", FOR_ALL, None))
    workflow_steps.insert_run_people(conn, workspace_id, FOR_ALL, everybody)


def one_by_one(view: Any) -> Iterator[Row]:
    """Runs by their id."""
    for one in view.everybody:
        try:
            yield one, view.ask(workflow_runs.get_workflow_run, run_id_of(one))
        except NotFound:
            continue


RUN_ROWS: dict[Any, Callable[[Any], Iterable[Row]]] = {
    workflow_runs.list_workflow_runs: lambda v: (
        (str(one.person_id), one) for one in v.ask(workflow_runs.list_workflow_runs, limit=1_000) if one.person_id
    ),
    workflow_runs.get_workflow_run: one_by_one,
    workflow_steps.list_run_people: lambda v: (
        (str(one.person_id), one) for one in v.ask(workflow_steps.list_run_people, FOR_ALL)
    ),
}


RUN_COUNTS = (workflow_runs.count_runs, workflow_steps.count_run_people)


def counted(view: Any) -> object:
    """How many runs there are, and how many people take part in the one for all."""
    runs = view.ask(workflow_runs.count_runs, KEY)
    return sum(runs.values()), sum(view.ask(workflow_steps.count_run_people, FOR_ALL).values())


def must_be_counted(view: Any, visible: Callable[[Any], list[Row]]) -> object:
    """As many as rows are visible; the run for all counts for whoever sees one of its people."""
    del view
    people = len(visible(workflow_steps.list_run_people))
    return len(visible(workflow_runs.list_workflow_runs)) + bool(people), people
