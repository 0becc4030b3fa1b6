"""Settings of API keys: made once, shown once, taken away at any time."""

from __future__ import annotations

import streamlit as st

from cockpit.access import api_keys
from cockpit.access.api_keys import SCOPES, USUAL, NewKey
from cockpit.model.roles import Permission
from cockpit.storage.api_keys import ApiKey, list_api_keys
from cockpit.ui.changes import attempt, now_of, only_looks, say_done
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, plain, safe_text

NEW_KEY = "new_api_key"  # until it has been shown, which is once


def show(visit: Visit) -> None:
    """Draw the keys of the workspace, and for admins what makes and revokes them."""
    st.header("API keys", anchor=False)
    if only_looks(visit, visit.may(Permission.MANAGE_KEYS)):
        return
    say_done()
    _new_key()
    with visit.read() as conn:
        keys = list_api_keys(conn, visit.workspace_id)
    if keys:
        count = listing.counted(len(keys), "key", "keys")
        listing.table("keys", f"{count}, the newest first", [_line(visit, key) for key in keys])
    else:
        listing.empty("No keys to show", "No program has a key to this workspace yet.", ())
    _create(visit)
    living = {key.key_id: key for key in keys if key.revoked_at is None}
    if living:
        with st.container(border=True, key="key_revoke"):
            st.subheader("Revoke a key", anchor=False)
            chosen = st.selectbox("Key", list(living), format_func=lambda one: _named(living[one]), key="key_chosen")
            _revoke(visit, living[chosen])


def _named(key: ApiKey) -> str:
    return f"{plain(key.name)} · {key.prefix}"


def _new_key() -> None:
    """Show a key that was just made: in this run of the page, and never again."""
    made: NewKey | None = st.session_state.pop(NEW_KEY, None)
    if made is None:
        return
    with st.container(border=True, key="key_new"):
        st.subheader(f"The new key {safe_text(made.name)}", anchor=False)
        st.markdown("Copy it now: it is not stored, and this page shows it only once.")
        st.code(made.text, language=None, wrap_lines=True)


def _line(visit: Visit, key: ApiKey) -> dict[str, Cell]:
    used = age(key.last_used_at, visit.now) if key.last_used_at else "never"
    return {
        "Key": Cell(key.name),
        "Begins with": Cell(key.prefix),
        "May": Cell(", ".join(SCOPES.get(scope, scope) for scope in key.scopes)),
        "Made": Cell(age(key.created_at, visit.now)),
        "Used": Cell(used),
        "State": Cell("Works" if key.revoked_at is None else f"Revoked {age(key.revoked_at, visit.now)}"),
    }


def _create(visit: Visit) -> None:
    """The form that makes a key."""
    with st.form("key_create", clear_on_submit=True):
        st.subheader("Make a key", anchor=False)
        name = st.text_input("Name", max_chars=api_keys.LONGEST_NAME, placeholder="The program that will use it")
        st.markdown("It may")
        scopes = [scope for scope in SCOPES if st.checkbox(SCOPES[scope].capitalize(), value=scope in USUAL, key=scope)]
        if st.form_submit_button("Make the key", key="make_key", type="primary"):
            attempt(lambda: _make(visit, name, scopes), "The key is made.")


def _make(visit: Visit, name: str, scopes: list[str]) -> None:
    with visit.cockpit.db.write(visit.workspace_id) as conn:
        st.session_state[NEW_KEY] = api_keys.create(conn, visit.viewer, name=name, scopes=scopes, now=now_of(visit))


def _revoke(visit: Visit, key: ApiKey) -> None:
    """The button that takes a key away, asked for twice."""
    with st.popover("Revoke", icon=":material/key_off:"):
        st.markdown(f"Programs that use {safe_text(key.name)} are refused from then on. This cannot be undone.")
        if st.button("Revoke the key", key=f"revoke_{key.key_id}", type="primary"):
            attempt(lambda: _end(visit, key), f"{key.name} is revoked.")


def _end(visit: Visit, key: ApiKey) -> None:
    with visit.cockpit.db.write(visit.workspace_id) as conn:
        api_keys.revoke(conn, visit.viewer, key.key_id, now=now_of(visit))
