"""Settings of the Engagement Hub: where it is, whether it answers, how its webhooks prove themselves, the mappings."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import streamlit as st

from cockpit.access import hub_settings
from cockpit.access.hub_settings import Shown
from cockpit.errors import CockpitError
from cockpit.hub.client import Checked
from cockpit.hub.connection import IDEMPOTENCY
from cockpit.hub.webhook_secrets import SIGNED, STATIC
from cockpit.hub.wiring import Wiring
from cockpit.model.roles import Permission
from cockpit.ui import settings_mappings
from cockpit.ui.changes import attempt, now_of, only_looks, say_done
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.frame import Visit
from cockpit.ui.words import safe_text

NEW_SECRET, TESTING, SAVED = "new_webhook_secret", "hub_test", "hub_saved"
PATHS = {
    "status_path": "Status, with {engagement_id}",
    "pause_path": "Pause, with {engagement_id}",
    "cancel_path": "Cancel, with {engagement_id}",
    "lookup_path": "What it has taken, with {reference}",
}
SAYS = {
    "none": "Nothing: a call whose end nobody saw is never repeated",
    "key": "It takes each idempotency key once: such a call is repeated with the same key",
    "lookup": "It can be asked what it has taken: such a call is looked up before it is repeated",
}
MODES = {STATIC: "Signed, or with the plain secret in a header", SIGNED: "Signed only"}
WEBHOOK = "/rest/aventora/webhook"
# The Hub is asked beside the page: one that hangs holds nobody's screen.
_asking = ThreadPoolExecutor(2, thread_name_prefix="hub-test")


def show(visit: Visit) -> None:
    """Draw the connection, the webhooks and the mappings."""
    st.header("Hub", anchor=False)
    if only_looks(visit, visit.may(Permission.MANAGE_SETTINGS)):
        return
    say_done()
    shown = hub_settings.show_hub(visit.cockpit.db, visit.viewer)
    _facts(visit, shown)
    _connection(visit, shown)
    if shown is not None:
        _webhooks(visit, shown)
        _removal(visit)
    settings_mappings.show(visit)


def _facts(visit: Visit, shown: Shown | None) -> None:
    """How the connection stands, and the button that tries it."""
    if shown is None:
        listing.empty("No Hub is connected", "Nothing can be sent until one is: every action is blocked.", ())
        return
    hub, server = shown.hub, visit.cockpit.settings.hub_base_url
    facts = {
        "Address": hub.base_url or f"{server} (of the server)",
        "API key": "Stored, and never shown",
        "Domain name there": hub.domain_name,
        "It declares": SAYS[hub.idempotency],
        "Webhook secret": "Stored, and never shown" if shown.has_secret else "None of its own",
        "Webhooks must be": MODES[hub.webhook_mode],
    }
    listing.table("hub", "As it is stored", [{"Setting": Cell(k), "Value": Cell(v)} for k, v in facts.items()])
    if st.button("Test the connection", key="test_hub", icon=":material/cable:"):
        st.session_state[TESTING] = _asking.submit(
            hub_settings.try_hub, visit.cockpit.db, visit.viewer, visit.cockpit.settings
        )
    asked: Future[Checked] | None = st.session_state.get(TESTING)
    if asked is not None and asked.done():
        _answered(asked)
    elif asked is not None:
        _wait()


@st.fragment(run_every=1)
def _wait() -> None:
    """Look again until the Hub has answered the test."""
    asked: Future[Checked] | None = st.session_state.get(TESTING)
    if asked is None or asked.done():
        st.rerun()
    st.info("The Hub is being asked…")


def _answered(asked: Future[Checked]) -> None:
    try:
        found = asked.result()
    except CockpitError as error:
        found = Checked(False, error.message)
    (st.success if found.works else st.error)(safe_text(found.sentence))


def _connection(visit: Visit, shown: Shown | None) -> None:
    """The form that connects, or changes what is said of the Hub; the key is never put into it."""
    hub = shown.hub if shown else None
    with st.form("hub_connection"):
        st.subheader("Change the connection" if hub else "Connect a Hub", anchor=False)
        address = st.text_input("Address", hub.base_url if hub else "", placeholder="https://phone.example.com")
        st.caption("Without an address the one of the server counts, where it has one.")
        said = "Leave it empty to keep the stored one." if hub else "It is stored sealed, and never shown again."
        # A field of another name after each save: what was typed into it is then nowhere any more.
        name = f"hub_key_{st.session_state.get(SAVED, 0)}"
        key = st.text_input("API key", type="password", help=said, autocomplete="off", key=name)
        domain = st.text_input("Domain name at the Hub", hub.domain_name if hub else visit.workspace.subdomain)
        stands = IDEMPOTENCY.index(hub.idempotency) if hub else 0
        declared = st.selectbox("What the Hub declares", IDEMPOTENCY, index=stands, format_func=SAYS.__getitem__)
        with st.expander("Paths that the Hub's documents name"):
            paths = {
                name: st.text_input(says, getattr(hub, name, None) or "", key=name) for name, says in PATHS.items()
            }
        if st.form_submit_button("Save", key="save_hub", type="primary"):
            wiring = Wiring(
                base_url=address if hub is None or address.strip() != hub.base_url else None,
                api_key=key.strip() or None,
                domain_name=domain,
                idempotency=declared,
                paths=paths,
            )
            attempt(lambda: _save(visit, wiring), "The Hub is saved; test the connection.")


def _save(visit: Visit, wiring: Wiring) -> None:
    # Whoever sits at the machine itself may also name an address of this machine.
    local = visit.cockpit.settings.secret_key == ""
    if local and wiring.base_url is not None:
        wiring = Wiring(**{name: getattr(wiring, name) for name in Wiring.__dataclass_fields__} | {"inside": True})
    st.session_state.pop(TESTING, None)
    hub_settings.save_hub(visit.cockpit.db, visit.viewer, visit.cockpit.settings, wiring, now_of(visit), operator=local)
    st.session_state[SAVED] = st.session_state.get(SAVED, 0) + 1


def _webhooks(visit: Visit, shown: Shown) -> None:
    """Where the Hub tells us what became of an engagement, and the secret it does so with."""
    with st.container(border=True, key="hub_webhooks"):
        st.subheader("Webhooks", anchor=False)
        st.markdown("The Hub sends what became of an engagement to this path, under the address of the workspace:")
        st.code(f"{WEBHOOK}?workspace={visit.workspace.subdomain}", language=None, wrap_lines=True)
        made = st.session_state.pop(NEW_SECRET, None)
        if made:
            st.markdown("The new secret. Copy it now: this page shows it only once.")
            st.code(made, language=None, wrap_lines=True)
        if shown.has_older_secret:
            st.caption("The secret before this one still counts, until it is forgotten.")
        left, middle, right = st.columns(3)
        if left.button("Make a new secret", key="renew_secret"):
            attempt(lambda: _renew(visit), "The new secret is made.")
        if shown.has_older_secret and middle.button("Forget the old secret", key="forget_secret"):
            attempt(
                lambda: hub_settings.forget_old_secret(visit.cockpit.db, visit.viewer, now_of(visit)),
                "Only the newest secret counts now.",
            )
        other = STATIC if shown.hub.webhook_mode == SIGNED else SIGNED
        if shown.has_secret and right.button(f"Accept: {MODES[other].lower()}", key="webhook_mode"):
            attempt(lambda: _save(visit, Wiring(webhook_mode=other)), "What webhooks must be is saved.")


def _renew(visit: Visit) -> None:
    st.session_state[NEW_SECRET] = hub_settings.renew_secret(
        visit.cockpit.db, visit.viewer, visit.cockpit.settings, now_of(visit)
    )


def _removal(visit: Visit) -> None:
    """The button that forgets the Hub, asked for twice."""
    with st.popover("Disconnect", icon=":material/link_off:"):
        st.markdown("The key and the secrets are forgotten, and nothing is sent from then on. This cannot be undone.")
        if st.button("Disconnect the Hub", key="remove_hub", type="primary"):
            st.session_state.pop(TESTING, None)
            attempt(lambda: hub_settings.remove_hub(visit.cockpit.db, visit.viewer), "The Hub is forgotten.")
