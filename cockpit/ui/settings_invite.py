"""Settings of members: the form that adds one, the link with which they sign in, and who was deactivated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import streamlit as st

from cockpit.access import invite
from cockpit.model.hosts import workspace_host
from cockpit.model.ids import MemberId
from cockpit.model.roles import Role
from cockpit.storage.members import Member, list_former_members
from cockpit.ui.changes import attempt, now_of
from cockpit.ui.frame import Visit
from cockpit.ui.words import plain, safe_text

NEW_LINK = "new_sign_in_link"  # until it has been shown, which is once


@dataclass(frozen=True, slots=True)
class Link:
    """A link that was just made, and for whom."""

    name: str
    url: str


def show_link() -> None:
    """Show a link that was just made: in this run of the page, and never again."""
    made: Link | None = st.session_state.pop(NEW_LINK, None)
    if made is None:
        return
    with st.container(border=True, key="link_new"):
        st.subheader(f"Sign-in link for {safe_text(made.name)}", anchor=False)
        st.markdown(
            "Send it to them by a way that only they read: who opens it first is signed in as them. "
            "It works once, within an hour, and this page shows it only now."
        )
        st.code(made.url, language=None, wrap_lines=True)


def keep_link(visit: Visit, member_id: MemberId, name: str) -> None:
    """Make a link, to be shown when the page is drawn next."""
    where = urlsplit(st.context.url or "")
    settings = visit.cockpit.settings
    here = st.context.headers.get("host") or where.netloc or f"{settings.host}:{settings.port}"
    host = workspace_host(here, visit.workspace.subdomain, settings.base_domain)
    scheme = where.scheme if where.scheme in ("http", "https") else None
    made = invite.sign_in_link(visit.cockpit.db, visit.viewer, member_id, host=host, now=now_of(visit), scheme=scheme)
    st.session_state[NEW_LINK] = Link(name, made.url)


def add(visit: Visit, titles: Mapping[Role, str]) -> None:
    """The form that adds a member; there is no mailer, so it ends in a link."""
    with st.form("member_add", clear_on_submit=True):
        st.subheader("Add a member", anchor=False)
        email = st.text_input("E-mail", max_chars=320, placeholder="agent@example.com")
        name = st.text_input("Name", max_chars=invite.LONGEST_NAME)
        role = st.selectbox("Role", list(Role), index=list(Role).index(Role.MEMBER), format_func=titles.__getitem__)
        if st.form_submit_button("Add", key="add_member", type="primary"):
            attempt(
                lambda: _add(visit, email, name, role or Role.MEMBER),
                f"{name.strip() or email.strip()} is a member now.",
            )


def former(visit: Visit) -> None:
    """Who was deactivated, and the way back."""
    with visit.read() as conn:
        left = {one.member_id: one for one in list_former_members(conn, visit.workspace_id)}
    if not left:
        return
    with st.container(border=True, key="member_restore"):
        st.subheader("Restore a member", anchor=False)
        chosen = st.selectbox("Deactivated", list(left), format_func=lambda one: _named(left[one]), key="former_chosen")
        if st.button("Restore", key="restore_member"):
            one = left[chosen]
            attempt(
                lambda: invite.restore_member(visit.cockpit.db, visit.viewer, one.member_id, now=now_of(visit)),
                f"{one.name} is a member again, and signs in anew.",
            )


def _add(visit: Visit, email: str, name: str, role: Role) -> None:
    added = invite.add_member(visit.cockpit.db, visit.viewer, email=email, name=name, role=role, now=now_of(visit))
    keep_link(visit, added, name.strip() or email.strip())


def _named(one: Member) -> str:
    return f"{plain(one.name)} · {plain(one.email)}"
