"""Settings of what the Hub is asked to do for each action; an action without a mapping is blocked, and listed so."""

from __future__ import annotations

import streamlit as st

from cockpit.access import mapping_editor
from cockpit.hub.connection import CHANNELS, HUB_TYPES
from cockpit.hub.request import LONGEST_INSTRUCTION
from cockpit.storage.action_mappings import ActionMapping, list_action_mappings
from cockpit.ui.changes import attempt, now_of
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.wording import wording
from cockpit.ui.words import safe_text
from scoring.actions.registry import ACTIONS

CALLED = {
    "phone": "Phone call",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "email": "E-mail",
    "informational": "Informational",
    "conversational": "Conversational",
    "appointment_booking": "Appointment booking",
    "confirmational": "Confirmational",
}
FROM = {"preset": "Preset", "sync": "Pushed by the operator", "edited": "Changed here"}


def show(visit: Visit) -> None:
    """Draw the mappings and the form that changes one."""
    with visit.read() as conn:
        known = {one.action_type: one for one in list_action_mappings(conn, visit.workspace_id)}
    actions = [*ACTIONS, *sorted(set(known) - set(ACTIONS))]
    st.subheader("What the Hub does for each action", anchor=False)
    listing.table("mappings", "Actions without a mapping are blocked", [_line(one, known.get(one)) for one in actions])
    with st.container(border=True, key="mapping"):
        chosen = st.selectbox("Action", actions, format_func=_title, key="mapping_action")
        _form(visit, chosen, _from_preset(visit, chosen, known.get(chosen)), stored=chosen in known)


def _title(action: str) -> str:
    return ACTIONS[action].title if action in ACTIONS else action


def _line(action: str, mapping: ActionMapping | None) -> dict[str, Cell]:
    if mapping is None:
        return {"Action": Cell(_title(action)), "Hub type": Cell("Missing: blocked"), **_blank()}
    return {
        "Action": Cell(_title(action)),
        "Hub type": Cell(CALLED.get(mapping.hub_type, mapping.hub_type)),
        "Channel": Cell(CALLED.get(mapping.channel, mapping.channel)),
        "Instruction": Cell(mapping.instruction),
        "From": Cell(FROM.get(mapping.source, mapping.source)),
    }


def _blank() -> dict[str, Cell]:
    return {"Channel": Cell(""), "Instruction": Cell(""), "From": Cell("")}


def _from_preset(visit: Visit, action: str, mapping: ActionMapping | None) -> ActionMapping | None:
    """The mapping, or what the preset says for a channel where somebody wants to begin with that."""
    texts = wording(visit).texts(action)
    if not texts:
        return mapping
    channel = st.pills("Begin with the preset's text for", list(texts), format_func=_called, key=f"texts_{action}")
    if channel is None:
        return mapping
    said = texts[channel]
    others = {language: text for language, text in said.items() if language not in ("hub_type", "en")}
    return ActionMapping(action, said["hub_type"], channel, said["en"], others)


def _called(name: str) -> str:
    return CALLED.get(name, name)


def _form(visit: Visit, action: str, mapping: ActionMapping | None, *, stored: bool) -> None:
    """The form of one action."""
    usual = ACTIONS[action].channel if action in ACTIONS else None
    before = mapping or ActionMapping(action, HUB_TYPES[0], usual or CHANNELS[0])
    with st.form(f"mapping_{action}", border=False):
        kind = st.selectbox(
            "Hub type", HUB_TYPES, index=_place(HUB_TYPES, before.hub_type), format_func=CALLED.__getitem__
        )
        channel = st.selectbox(
            "Channel", CHANNELS, index=_place(CHANNELS, before.channel), format_func=CALLED.__getitem__
        )
        english = st.text_area("Instruction", before.instruction, max_chars=LONGEST_INSTRUCTION)
        arabic = st.text_area(
            "Instruction in Arabic", (before.translations or {}).get("ar", ""), max_chars=LONGEST_INSTRUCTION
        )
        if st.form_submit_button("Save", key="save_mapping", type="primary"):
            other = {**(before.translations or {}), "ar": arabic}
            wanted = ActionMapping(action, kind, channel, english, other)
            attempt(
                lambda: mapping_editor.save_mapping(visit.cockpit.db, visit.viewer, wanted, now_of(visit)),
                f"{_title(action)} is saved.",
            )
    if stored:
        with st.popover("Remove", icon=":material/delete:"):
            st.markdown(f"Without a mapping, {safe_text(_title(action))} is blocked.")
            if st.button("Remove the mapping", key=f"remove_{action}", type="primary"):
                attempt(
                    lambda: mapping_editor.remove_mapping(visit.cockpit.db, visit.viewer, action),
                    f"{_title(action)} has no mapping now.",
                )


def _place(every: tuple[str, ...], one: str) -> int:
    return every.index(one) if one in every else 0
