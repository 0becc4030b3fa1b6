"""Settings of the industry preset: which one counts, what another would change, and applying it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import streamlit as st

from cockpit.access import preset_editor
from cockpit.errors import CockpitError
from cockpit.model.roles import Permission
from cockpit.presets.applier import Applied
from cockpit.presets.difference import SAME, Change
from cockpit.presets.loader import PRESET_KEYS, get_preset
from cockpit.presets.preset import KINDS
from cockpit.ui import changes
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell, Line
from cockpit.ui.frame import Visit
from cockpit.ui.preset_words import BECOMES, becomes, english, named, said
from cockpit.ui.words import plain, safe_text

NONE = "No preset is applied: the words, weights and texts are the general ones."
WAITING = "preset_scores_asked"  # how many people were to be scored anew when somebody began to watch
LONGEST = 110
log = logging.getLogger(__name__)


def show(visit: Visit) -> None:
    """Draw what is applied and, for those who may, what else could be."""
    st.header("Preset", anchor=False)
    changes.say_done()
    settings = visit.workspace.settings
    preset, profile = settings.get("industry_preset"), settings.get("industry_profile")
    st.markdown(f"Applied: **{safe_text(title_of(preset, profile))}**" if preset else NONE)
    _scores(visit)
    if changes.only_looks(visit, visit.may(Permission.MANAGE_SETTINGS)):
        return
    if preset:
        _again(visit)
    _choose(visit, preset, profile)


def title_of(preset: str, profile: str | None) -> str:
    """`Mortgage · Loan officer`."""
    if preset not in PRESET_KEYS:
        return preset
    found = get_preset(preset)
    name = next((english(one.label) for one in found.profiles if one.key == profile), profile)
    return " · ".join(part for part in (english(found.label), name) if part)


def _scores(visit: Visit) -> None:
    """While people are scored anew, say how many are left."""
    waiting = preset_editor.count_waiting(visit.cockpit.db, visit.viewer)
    if visit.as_of is None and waiting:
        st.session_state[WAITING] = max(waiting, st.session_state.get(WAITING, 0))
        _progress(visit)
    else:
        st.session_state.pop(WAITING, None)


@st.fragment(run_every="2s")
def _progress(visit: Visit) -> None:
    waiting = preset_editor.count_waiting(visit.cockpit.db, visit.viewer)
    if not waiting:
        st.rerun()
    asked = max(st.session_state.get(WAITING, waiting), waiting)
    st.progress(1 - waiting / asked, f"Scoring everybody anew: {asked - waiting:,} of {asked:,} people")


def _again(visit: Visit) -> None:
    """After an upgrade a preset may bring more than it did."""
    found = preset_editor.preview_again(visit.cockpit.db, visit.viewer)
    if not found.writes:
        return
    with st.container(border=True, key="preset_again"):
        st.subheader("Add what is missing", anchor=False)
        st.markdown(f"A newer version of the preset brings more: {becomes(found)}. Nothing is replaced.")
        _table("preset_missing", [one for one in found.changes if one.writes])
        if st.button("Add what is missing", key="preset_reapply"):
            _do(lambda: preset_editor.reapply_preset(visit.cockpit.db, visit.viewer, visit.now))


def _choose(visit: Visit, preset: str | None, profile: str | None) -> None:
    """Choose a preset and a profile, see what would change, apply it."""
    with st.container(border=True, key="preset_choose"):
        st.subheader("Choose a preset", anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                "Industry", PRESET_KEYS, index=_place(PRESET_KEYS, preset), format_func=_industry, key="preset_key"
            )
            profiles = {one.key: english(one.label) for one in get_preset(chosen).profiles}
            wanted = st.selectbox(
                "For",
                tuple(profiles),
                index=_place(tuple(profiles), profile if chosen == preset else None),
                format_func=profiles.__getitem__,
                key=f"preset_profile_{chosen}",
            )
        st.caption(get_preset(chosen).about)
        _difference(visit, preset_editor.preview(visit.cockpit.db, visit.viewer, chosen, wanted), (preset, profile))


def _difference(visit: Visit, found: Applied, applied: tuple[str | None, str | None]) -> None:
    """What would change, before anything does."""
    title = title_of(found.preset, found.profile)
    st.markdown(f"**What it would do:** {becomes(found)}.")
    listing.table("preset_kinds", "Rules and workflows come as drafts: nothing is sent by them", _kinds(found))
    with st.expander("One by one", key="preset_details"):
        differing = [one for one in found.changes if one.what != SAME]
        if differing:
            _table("preset_changes", differing)
        else:
            st.markdown("Everything is there already.")
    same = applied == (found.preset, found.profile)
    if same and not found.writes:
        st.caption(f"{title} is applied, and there is nothing to add or change.")
    elif st.button(f"Apply {safe_text(title)}", key="preset_apply", type="primary"):
        _do(lambda: preset_editor.apply_preset(visit.cockpit.db, visit.viewer, found.preset, found.profile, visit.now))


def _do(act: Callable[[], Applied]) -> None:
    """Do it with a sign that it is being done, then say what came of it."""
    try:
        with st.spinner("Applying the preset", show_time=True):
            done = act()
    except CockpitError as error:
        log.info("a preset was not applied: %s", error)
        st.error(safe_text(error.message))
        return
    scores = " Scores follow in a moment." if done.model_version else ""
    st.session_state[changes.DONE] = f"{title_of(done.preset, done.profile)} is applied: {becomes(done)}.{scores}"
    st.rerun()


def _kinds(found: Applied) -> list[Line]:
    """One line for each kind of thing: how many of it become what."""
    lines: list[Line] = []
    for kind, title in KINDS.items():
        these = [BECOMES[one.what] for one in found.changes if one.artifact.kind == kind]
        counts = {words: these.count(words) for words in dict.fromkeys(BECOMES.values())}
        cells = {words: Cell(str(count) if count else "") for words, count in counts.items()}
        if these:
            lines.append({"What": Cell(title), **cells})
    return lines


def _table(key: str, found: Sequence[Change]) -> None:
    """The changes one by one: what is there, what comes."""
    order = list(BECOMES)
    lines = [
        {
            "What": Cell(named(one.artifact)),
            "Kind": Cell(KINDS[one.artifact.kind]),
            "Becomes": Cell(BECOMES[one.what]),
            "Now": Cell(_short(said(one.artifact.kind, one.before))),
            "Preset": Cell(_short(said(one.artifact.kind, one.artifact.body))),
        }
        for one in sorted(found, key=lambda one: order.index(one.what))
    ]
    listing.table(key, f"{len(lines)} things", lines)


def _short(text: str) -> str:
    text = plain(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _industry(key: str) -> str:
    return english(get_preset(key).label)


def _place(every: tuple[str, ...], one: str | None) -> int:
    return every.index(one) if one in every else 0
