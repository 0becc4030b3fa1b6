"""Settings of members and roles: who is here, as what, and what that allows."""

from __future__ import annotations

import streamlit as st

from cockpit.access import administration
from cockpit.access.viewers import wall_of
from cockpit.model.roles import PERMISSIONS, Permission, Role, role_named
from cockpit.storage.members import Member, list_members
from cockpit.ui import settings_invite
from cockpit.ui.changes import attempt, now_of, only_looks, say_done
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.words import age, plain, safe_text

TITLES = {
    Role.ADMIN: "Admin",
    Role.MEMBER: "Member",
    Role.AVENTORA_USER: "Aventora User",
    Role.READ_ONLY: "Read-only",
}


def show_members(visit: Visit) -> None:
    """Draw who is here, and for admins what can be changed."""
    st.header("Members", anchor=False)
    say_done()
    with visit.read() as conn:
        people = list_members(conn, visit.workspace_id)
    wall = wall_of(visit.cockpit.settings, visit.workspace)
    st.caption(safe_text(f"Person wall: {'on' if wall.stands else 'off'}. {wall.because}"))
    if people:
        count = listing.counted(len(people), "member", "members")
        listing.table("members", count, [_line(visit, one) for one in people])
    else:
        listing.empty("No members to show", "Nobody is a member of this workspace yet.", ())
    if only_looks(visit, visit.may(Permission.MANAGE_MEMBERS)):
        return
    settings_invite.show_link()
    settings_invite.add(visit, TITLES)
    if people:
        _change(visit, people)
    settings_invite.former(visit)


def _line(visit: Visit, one: Member) -> dict[str, Cell]:
    face = f"/avatars/{one.avatar_digest}" if one.avatar_digest else None
    you = " (you)" if one.member_id == visit.member_id and one.name != "You" else ""
    return {
        "Member": Cell(f"{one.name or one.email}{you}", picture=face),
        "E-mail": Cell(one.email),
        "Role": Cell(TITLES[role_named(one.role)]),
        "Since": Cell(age(one.created_at, visit.now)),
    }


def _change(visit: Visit, people: tuple[Member, ...]) -> None:
    """What an admin can do about a member: one is chosen first, so that every control has one meaning."""
    by_id = {one.member_id: one for one in people}
    with st.container(border=True, key="member_change"):
        st.subheader("Change a member", anchor=False)
        chosen = st.selectbox("Member", list(by_id), format_func=lambda one: _named(by_id[one]), key="member_chosen")
        one = by_id[chosen]
        now = role_named(one.role)
        picked = st.selectbox(
            "Role", list(Role), index=list(Role).index(now), format_func=TITLES.__getitem__, key=f"role_{chosen}"
        )
        role = picked or now
        with st.container(horizontal=True):
            if st.button("Save the role", key="save_role", type="primary", disabled=role is now):
                attempt(
                    lambda: administration.set_role(visit.cockpit.db, visit.viewer, chosen, role, now=now_of(visit)),
                    f"{one.name} is now {TITLES[role]}, and signs in again.",
                )
            if st.button("Make a sign-in link", key="make_link", icon=":material/link:"):
                attempt(lambda: settings_invite.keep_link(visit, one.member_id, one.name), "The link is made.")
            with st.popover("Deactivate", icon=":material/person_remove:"):
                _deactivate(visit, one)


def _named(one: Member) -> str:
    return f"{plain(one.name)} · {plain(one.email)}"


def _deactivate(visit: Visit, one: Member) -> None:
    st.markdown(f"{safe_text(one.name)} loses access within seconds. The people they own keep the name of their owner.")
    if st.button("Deactivate", key=f"deactivate_{one.member_id}", type="primary"):
        attempt(
            lambda: administration.remove_member(visit.cockpit.db, visit.viewer, one.member_id, now=now_of(visit)),
            f"{one.name} is no member any more.",
        )


def show_roles(visit: Visit) -> None:
    """Draw what each role allows: the table that the services ask."""
    st.header("Roles", anchor=False)
    st.markdown(f"You are here as **{safe_text(TITLES[visit.viewer.role])}**.")
    lines = [
        {
            "What": Cell(permission.value[:1].upper() + permission.value[1:]),
            **{TITLES[role]: Cell("Yes" if permission in PERMISSIONS[role] else "No") for role in Role},
        }
        for permission in Permission
    ]
    listing.table("roles", "What each role allows. Roles cannot be changed.", lines)
