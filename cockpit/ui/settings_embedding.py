"""Settings of embedding: which sites may put the cockpit into a page, and what such a site has to write."""

from __future__ import annotations

import json

import streamlit as st

from cockpit.access import administration
from cockpit.access.embedding import allowed_origins
from cockpit.access.pages import is_page
from cockpit.model.roles import Permission
from cockpit.ui.changes import attempt, only_looks, say_done
from cockpit.ui.frame import Visit
from cockpit.ui.words import plain, safe_text

PAGES = (
    "/cockpit",
    "/objects/people",
    "/objects/companies",
    "/objects/opportunities",
    "/settings/members",
    "/settings/profile",
)
OTHER = "Another page"
SELF_TEST = '<p class="exports"><a href="/self-test" target="_self">Open the self-test of embedding</a></p>'


def show(visit: Visit) -> None:
    """Draw the list of sites and the builder of the snippet."""
    st.header("Embedding", anchor=False)
    say_done()
    origins = allowed_origins(visit.workspace.settings)
    with st.container(border=True, key="origins"):
        _origins(visit, origins)
    with st.container(border=True, key="snippet"):
        _snippet(visit)
    st.html(SELF_TEST)
    st.caption("The self-test names the cookie or the header that is missing when a page stays empty in a frame.")


def _origins(visit: Visit, origins: tuple[str, ...]) -> None:
    """The list of sites, and for admins the form that changes it."""
    st.subheader("Sites that may embed this workspace", anchor=False)
    if not origins:
        st.markdown("No other site may embed this workspace.")
    for origin in origins:
        st.markdown(f"- {safe_text(origin)}")
    if only_looks(visit, visit.may(Permission.MANAGE_SETTINGS)):
        return
    with st.form("embed_origins", border=False):
        written = st.text_area(
            "Origins, one a line",
            "\n".join(origins),
            placeholder="https://crm.example.com",
            help="https only, without a path; http only for names of this machine.",
        )
        if st.form_submit_button("Save", key="save_origins", type="primary"):
            attempt(
                lambda: administration.set_embed_origins(visit.cockpit.db, visit.viewer, written.splitlines()),
                "The sites are saved: pages opened from now on obey.",
            )


def _snippet(visit: Visit) -> None:
    """What a host application writes to show one of our pages."""
    st.subheader("Snippet for a host", anchor=False)
    chosen = st.selectbox("Page", (*PAGES, OTHER), key="snippet_page")
    page = chosen
    if chosen == OTHER:
        written = st.text_input("Path", placeholder="/object/person/…", key="snippet_path", max_chars=256)
        page = plain(written)
        if not is_page(page):
            wrong = "This is no page that a host may ask for: a full path like /cockpit or /objects/people is."
            st.error(safe_text(wrong)) if page else st.caption(safe_text(wrong))
            return
    st.markdown("On the server of the host, with its provisioning secret, for each time the page is opened:")
    _code(_request(visit, page))
    st.markdown(safe_text("In its page, with `url` from the answer:").replace("\\`", "`"))
    _code('<iframe title="Sales Cockpit" style="width: 100%; height: 900px; border: 0"\n        src="{url}"></iframe>')
    st.caption("The address in the answer works once, for a minute: ask for a new one each time, never keep it.")


def _code(text: str) -> None:
    """Text to copy; without the colours of a language, which are too pale to read, and without a scroll bar."""
    st.code(text, language=None, wrap_lines=True)


def _request(visit: Visit, page: str) -> str:
    """The call that gives the address of the frame, in a shell."""
    body = {"workspaceId": str(visit.workspace_id), "email": "agent@example.com", "page": page}
    return (
        'curl -X POST "$CRM_API_URL/auth/provision/login-token" \\\n'
        '  -H "Authorization: Bearer $PROVISIONING_SECRET" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{json.dumps(body)}'"
    )
