"""The workspace's own words on the screens: labels, fields, stages, saved views."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest

from cockpit.access import view_editor
from cockpit.bootstrap import Cockpit
from cockpit.errors import Forbidden, InvalidInput
from cockpit.model.ids import WorkspaceId, person_id_of
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer
from cockpit.presets.applier import apply, reapply
from cockpit.presets.kept import list_kept
from cockpit.presets.preset import VIEW
from cockpit.storage.people import upsert_people
from tests.pages.conftest import Run
from tests.pages.test_objects import html
from tests.pages.test_settings import as_member

NOW = datetime.now(UTC)


@pytest.fixture
def ana(cockpit: Cockpit, workspace: WorkspaceId) -> str:
    """Somebody in a workspace of mortgage brokers."""
    person = str(person_id_of(workspace, "a"))
    attributes = json.dumps({"credit_score": 712, "documents_complete": True, "purpose": "refinance", "own": "x"})
    row = {"person_id": person, "external_id": "a", "name": "Ana One", "lifecycle": "lead", "attributes": attributes}
    row |= {"do_not_contact": False, "is_demo": False, "created_at": NOW, "updated_at": NOW}
    with cockpit.db.write(workspace) as conn:
        apply(conn, workspace, "mortgage", "loan_officer", NOW)
        upsert_people(conn, workspace, pl.DataFrame([row]))
    return person


@pytest.mark.usefixtures("ana")
def test_lists_have_the_words_of_the_preset(run: Run) -> None:
    for kind, title in (("people", "Borrowers"), ("companies", "Companies"), ("opportunities", "Loans")):
        at = run("objects.py", type=kind)
        assert not at.exception
        assert [one.value for one in at.title] == [title]
    people = run("objects.py", type="people")
    assert "1 borrower" in html(people)
    assert '<th scope="col">Borrower</th>' in html(people)


def test_fields_of_a_person_have_names(run: Run, ana: str) -> None:
    at = run("person.py", id=ana, tab="Data")
    assert not at.exception
    shown = dict(at.table[0].value.to_records(index=False).tolist())
    assert shown["Credit score"] == "712"
    assert (shown["Documents complete"], shown["Purpose"], shown["Own"]) == ("Yes", "Refinance", "x")


@pytest.mark.usefixtures("ana")
def test_a_view_sets_the_filters(run: Run) -> None:
    at = run("objects.py", type="people")
    views = at.get("button_group")
    assert "Hot borrowers" in str([one.options for one in views if (one.key or "").startswith("views_")])
    hot = run("objects.py", type="people", band="Hot")
    assert not hot.exception
    assert [one.value for one in hot.get("button_group") if (one.key or "").startswith("views_")] == ["hot"]
    loans = run("objects.py", type="opportunities")
    views = next(one for one in loans.get("button_group") if (one.key or "").startswith("views_"))
    views.set_value("preapproved").run()
    assert not loans.exception, "a view may name a stage that nobody has reached"
    assert "Stage\\: Pre\\-approved" in [one.label for one in loans.button]


@pytest.mark.usefixtures("ana")
def test_filters_are_saved_under_a_name_and_taken_away(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("objects.py", type="people", band="Warm", q="ana")
    at.text_input(key="view_name").input("Warm Anas").run()
    at.button(key="view_save").click().run()
    assert not at.exception
    with cockpit.db.read(workspace) as conn:
        assert list_kept(conn, workspace, VIEW)["warm_anas"]["query"] == "q=ana&band=Warm"
    at.button(key="view_remove").click().run()
    hot = run("objects.py", type="people", band="Hot")
    hot.button(key="view_remove").click().run()
    assert not hot.exception
    with cockpit.db.write(workspace) as conn:
        assert not {"warm_anas", "hot"} & set(list_kept(conn, workspace, VIEW))
        assert not reapply(conn, workspace, NOW).writes, "what was taken away stays away"


def test_only_admins_save_views(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = as_member(run, cockpit, workspace, "member")
    assert not at.exception
    member, admin = (Viewer(workspace, None, role) for role in (Role.MEMBER, Role.ADMIN))
    said = {"page": "/objects/people", "query": "band=Hot", "now": NOW}
    with pytest.raises(Forbidden):
        view_editor.save_view(cockpit.db, member, name="Hot", **said)
    with pytest.raises(Forbidden):
        view_editor.remove_view(cockpit.db, member, "hot", NOW)
    for name in ("", " . ", "x" * 61):
        with pytest.raises(InvalidInput, match="1 to 60"):
            view_editor.save_view(cockpit.db, admin, name=name, **said)
    with pytest.raises(InvalidInput, match="Filter or sort"):
        view_editor.save_view(cockpit.db, admin, name="All", **{**said, "query": ""})
    assert view_editor.save_view(cockpit.db, admin, name="مهتمون جدًا", **said) == "مهتمون_جد_ا"
