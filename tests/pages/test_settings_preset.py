"""Settings > Preset: what is applied, what another would change, applying it; the others read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cockpit.access import preset_editor
from cockpit.bootstrap import Cockpit
from cockpit.errors import Forbidden
from cockpit.model.ids import WorkspaceId
from cockpit.model.roles import Role
from cockpit.model.viewer import Viewer
from cockpit.presets.applier import apply, preset_of
from cockpit.presets.kept import keep, list_kept
from cockpit.presets.loader import PRESET_KEYS, get_preset
from cockpit.presets.preset import LABEL, VIEW, Artifact
from cockpit.storage.workspaces import replace_data_version
from cockpit.ui import preset_words
from tests.pages.conftest import Run
from tests.pages.test_objects import html, words
from tests.pages.test_settings import as_member
from tests.presets.test_applier import forget

NOW = datetime.now(UTC)
OURS = {"one": {"en": "Patron", "ar": "راعٍ"}, "many": {"en": "Patrons", "ar": "رعاة"}}


def test_a_preset_is_chosen_seen_and_applied(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    at = run("settings.py", tab="preset")
    assert not at.exception
    assert "No preset is applied" in words(at)
    at.selectbox(key="preset_key").select("mortgage").run()
    at.selectbox(key="preset_profile_mortgage").select("loan_officer").run()
    assert not at.exception
    assert "117 added" in words(at) or " added" in words(at)
    assert "From the first rate look-up" in words(at)
    assert "Borrower / Borrowers" in html(at)
    with cockpit.db.read(workspace) as conn:
        assert list_kept(conn, workspace, LABEL) == {}, "it was only shown"
    at.button(key="preset_apply").click().run()
    assert not at.exception
    assert at.success[0].value.startswith("Mortgage · Loan officer is applied")
    assert "Applied: **Mortgage · Loan officer**" in words(at)
    with cockpit.db.read(workspace) as conn:
        assert preset_of(conn, workspace) == ("mortgage", "loan_officer")
        assert list_kept(conn, workspace, LABEL)["person"]["one"]["en"] == "Borrower"
    assert "there is nothing to add or change" in words(at)
    assert not [one for one in at.button if one.key == "preset_apply"], "a second time would write nothing"


def test_what_the_workspace_changed_stays(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    with cockpit.db.write(workspace) as conn:
        apply(conn, workspace, "insurance", None, NOW)
        keep(conn, workspace, Artifact(LABEL, "person", OURS), NOW)
    at = run("settings.py", tab="preset")
    assert "1 kept as yours" in words(at)
    at.selectbox(key="preset_key").select("real_estate").run()
    assert "1 kept as yours" in words(at)
    assert "Patron / Patrons" in html(at)
    at.button(key="preset_apply").click().run()
    assert not at.exception
    with cockpit.db.read(workspace) as conn:
        assert list_kept(conn, workspace, LABEL)["person"] == OURS


def test_what_is_missing_is_added(run: Run, cockpit: Cockpit, workspace: WorkspaceId) -> None:
    with cockpit.db.write(workspace) as conn:
        apply(conn, workspace, "mortgage", "loan_officer", NOW)
    at = run("settings.py", tab="preset")
    assert not [one for one in at.button if one.key == "preset_reapply"]
    with cockpit.db.write(workspace) as conn:
        forget(conn, workspace, VIEW, "preapproved")
        replace_data_version(conn, workspace)
    at.run()
    assert "A newer version of the preset brings more: 1 added" in words(at)
    at.button(key="preset_reapply").click().run()
    assert not at.exception
    with cockpit.db.read(workspace) as conn:
        assert "preapproved" in list_kept(conn, workspace, VIEW)


@pytest.mark.parametrize("role", ["member", "aventora_user", "read_only"])
def test_others_read(run: Run, cockpit: Cockpit, workspace: WorkspaceId, role: Role) -> None:
    with cockpit.db.write(workspace) as conn:
        apply(conn, workspace, "insurance", None, NOW)
    at = as_member(run, cockpit, workspace, role, tab="preset")
    assert not at.exception
    assert "Applied: **Insurance" in words(at)
    assert "Only admins can change this." in words(at)
    assert not [one for one in at.button if (one.key or "").startswith("preset_")]
    viewer = Viewer(workspace, None, role)
    with pytest.raises(Forbidden):
        preset_editor.apply_preset(cockpit.db, viewer, "mortgage", None, NOW)
    with pytest.raises(Forbidden):
        preset_editor.reapply_preset(cockpit.db, viewer, NOW)
    with pytest.raises(Forbidden):
        preset_editor.preview(cockpit.db, viewer, "mortgage", None)


@pytest.mark.parametrize("preset", PRESET_KEYS)
def test_everything_of_a_preset_has_a_name(preset: str) -> None:
    """On the screen nobody reads a key or a body."""
    for profile in get_preset(preset).profiles:
        for one in profile.artifacts:
            assert preset_words.named(one)
            assert "{" not in preset_words.named(one) + preset_words.said(one.kind, one.body)
