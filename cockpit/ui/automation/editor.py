"""The editor: what a rule says, its draft and how that differs, its versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import streamlit as st

from cockpit.automation import rule_changes, rule_new, rule_undo
from cockpit.automation.rule_changes import DRAFT, RATE, without_rate
from cockpit.automation.rule_spec import RuleSpec, read_spec, spec_of
from cockpit.errors import CockpitError, InvalidInput
from cockpit.model.ids import MemberId
from cockpit.storage.action_mappings import list_action_mappings
from cockpit.storage.rule_versions import RuleVersion, StoredRule, list_rule_versions
from cockpit.ui import reads
from cockpit.ui.automation import changes_bar
from cockpit.ui.automation.changes_bar import Back
from cockpit.ui.automation.editor_form import BLANK, fields, spec_from
from cockpit.ui.automation.rules_list import rehearse_and_go
from cockpit.ui.automation.sentences import counted, lines_of, short
from cockpit.ui.automation.tabs import EDITOR, chosen, go, may_change, rules
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, plain, safe_text
from scoring.actions.registry import ACTIONS

VERSION_WORDS: Final = {"draft": "Draft", "active": "What it says now", "retired": "Earlier", "discarded": "Given up"}


def show(visit: Visit) -> None:
    """Draw the editor of the chosen rule."""
    found = rules(visit)
    rule = chosen(visit, found, with_new=may_change(visit))
    if rule is None:
        if may_change(visit):
            _form(visit, None, BLANK, "new", "Create the rule")
        return
    with visit.read() as conn:
        versions = list_rule_versions(conn, visit.workspace_id, rule.rule_key)
    draft = next((one for one in versions if one.status == DRAFT), None)
    _now(visit, rule)
    if draft is not None:
        _draft(visit, rule, draft)
    if may_change(visit):
        _edit(visit, rule, draft, len(versions))
    _versions(visit, rule, versions)


def _now(visit: Visit, rule: StoredRule) -> None:
    st.header("What it says", anchor=False)
    try:
        st.markdown(safe_text(short(spec_of(rule), reads.titles(visit))))
    except InvalidInput as error:
        st.error(safe_text(f"It cannot be read, so it does nothing: {error.message}"))


def _draft(visit: Visit, rule: StoredRule, draft: RuleVersion) -> None:
    """How the draft differs, and what can be done with it."""
    with st.container(border=True, key="rule_draft"):
        st.header(f"Draft: version {draft.version}", anchor=False)
        by = visit.members.get(MemberId(draft.created_by), "") if draft.created_by else ""
        rate = draft.spec.get(RATE)
        said = (
            "not rehearsed" if rate is None else f"rehearsed: at most {counted(int(rate), 'person', 'people')} in 24 h"
        )
        saved = f"Saved {age(draft.created_at, visit.now)}{f' by {plain(by)}' if by else ''}; {said}."
        st.caption(safe_text(saved))
        _differs(visit, rule, draft)
        if may_change(visit):
            _draft_buttons(visit, rule, draft)


def _differs(visit: Visit, rule: StoredRule, draft: RuleVersion) -> None:
    titles = reads.titles(visit)
    try:
        after = lines_of(read_spec(without_rate(draft)), titles)
        before = lines_of(spec_of(rule), titles)
    except InvalidInput as error:
        st.error(safe_text(error.message))
        return
    lines = [
        {"What": Cell(name), "Now": Cell(before[name]), "Draft": Cell(after[name])}
        for name in after
        if before[name] != after[name]
    ]
    if lines:
        listing.table("rule_difference", "What the draft changes", lines)
    else:
        st.markdown("It says the same as the rule does now.")


def _draft_buttons(visit: Visit, rule: StoredRule, draft: RuleVersion) -> None:
    key, unrehearsed = rule.rule_key, rule.auto_execute and draft.spec.get(RATE) is None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Rehearse the draft",
            key="rehearse_draft",
            icon=":material/science:",
            on_click=rehearse_and_go,
            args=(visit, key, DRAFT),
        )
        st.button(
            "Rehearse it before you publish" if unrehearsed else "Publish",
            key="publish_rule",
            type="primary",
            disabled=unrehearsed,
            on_click=_publish,
            args=(visit, rule),
        )
        st.button("Discard", key="discard_rule", on_click=_discard, args=(visit, rule, draft.version))
    if unrehearsed:
        st.caption("The rule acts by itself: its draft is published after it was rehearsed.")


def _publish(visit: Visit, rule: StoredRule) -> None:
    def change(now: datetime) -> Back:
        number = rule_changes.publish(visit.cockpit.db, visit.viewer, rule.rule_key, now)
        return lambda db, viewer, later: rule_undo.take_back_publish(db, viewer, rule.rule_key, number, later)

    changes_bar.attempt(visit, change, f"The draft of {plain(rule.title)} is published")


def _discard(visit: Visit, rule: StoredRule, version: int) -> None:
    def change(now: datetime) -> Back | None:
        if not rule_changes.discard(visit.cockpit.db, visit.viewer, rule.rule_key, now):
            return None
        return lambda db, viewer, later: rule_undo.take_back_discard(db, viewer, rule.rule_key, version, later)

    changes_bar.attempt(visit, change, f"The draft of {plain(rule.title)} is given up")


def _edit(visit: Visit, rule: StoredRule, draft: RuleVersion | None, mark: int) -> None:
    try:
        before = spec_of(rule) if draft is None else read_spec(without_rate(draft))
    except InvalidInput:
        before = BLANK
    stamp = int(draft.created_at.timestamp() * 1000) if draft else 0
    st.header("Edit", anchor=False)
    st.caption("Saved as a draft: nothing changes until it is published.")
    _form(visit, (rule, draft), before, f"{rule.rule_key}_{mark}_{stamp}", "Save the draft")


def _form(
    visit: Visit, of: tuple[StoredRule, RuleVersion | None] | None, before: RuleSpec, key: str, save: str
) -> None:
    with visit.read() as conn:
        mapped = [one.action_type for one in list_action_mappings(conn, visit.workspace_id)]
        worries = rule_new.concerns(conn, visit.workspace_id, before) if of else ()
    for one in worries:
        st.warning(safe_text(one), icon=":material/warning:")
    with st.form(f"rule_{key}", border=True):
        given = fields(before, key, reads.titles(visit), list(dict.fromkeys([*ACTIONS, *mapped])))
        pressed = st.form_submit_button(save, key="save_rule", type="primary")
    if pressed:
        _save(visit, of, given)


def _save(visit: Visit, of: tuple[StoredRule, RuleVersion | None] | None, given: Mapping[str, Any]) -> None:
    """Keep what was written, or say what is wrong with it and leave it there."""
    try:
        spec = spec_from(given)
        done = _created(visit, spec) if of is None else _saved(visit, of, spec)
    except CockpitError as error:
        st.error(safe_text(error.message), icon=":material/error:")
        return
    if done:
        st.rerun()


def _created(visit: Visit, spec: RuleSpec) -> bool:
    key = rule_new.create(visit.cockpit.db, visit.viewer, spec, visit.now)
    st.query_params["rule"] = key
    st.session_state["change_done"] = f"{spec.title} is there, and off: rehearse it, then enable it."
    return True


def _saved(visit: Visit, of: tuple[StoredRule, RuleVersion | None], spec: RuleSpec) -> bool:
    rule, draft = of

    def change(now: datetime) -> Back:
        rule_changes.save_draft(visit.cockpit.db, visit.viewer, rule.rule_key, spec, now)
        return lambda db, viewer, later: rule_undo.take_back_draft(db, viewer, rule.rule_key, draft, later)

    return changes_bar.attempt(visit, change, f"The draft of {plain(rule.title)} is saved")


def _versions(visit: Visit, rule: StoredRule, versions: Sequence[RuleVersion]) -> None:
    if not versions:
        st.caption("It was never edited.")
        return
    st.header("Versions", anchor=False)
    listing.table("rule_versions", "The newest first", [_line(visit, one) for one in versions])
    earlier = [one.version for one in versions if one.status in ("retired", "discarded")]
    if earlier and may_change(visit):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            number = st.selectbox("Version", earlier, key=f"earlier_{rule.rule_key}", width=160)
            st.button("Take it as the draft", key="revert_rule", on_click=_revert, args=(visit, rule, versions, number))


def _line(visit: Visit, version: RuleVersion) -> dict[str, Cell]:
    try:
        said = short(read_spec(without_rate(version)), reads.titles(visit))
    except InvalidInput:
        said = "It cannot be read."
    by = visit.members.get(MemberId(version.created_by), "") if version.created_by else ""
    return {
        "Version": Cell(str(version.version)),
        "State": Cell(VERSION_WORDS.get(version.status, version.status)),
        "By": Cell(by),
        "Saved": Cell(age(version.created_at, visit.now)),
        "It says": Cell(said),
    }


def _revert(visit: Visit, rule: StoredRule, versions: Sequence[RuleVersion], number: int) -> None:
    draft = next((one for one in versions if one.status == DRAFT), None)

    def change(now: datetime) -> Back:
        rule_changes.revert(visit.cockpit.db, visit.viewer, rule.rule_key, number, now)
        return lambda db, viewer, later: rule_undo.take_back_draft(db, viewer, rule.rule_key, draft, later)

    changes_bar.attempt(visit, change, f"Version {number} of {plain(rule.title)} is the draft")
    go(EDITOR, rule.rule_key)
