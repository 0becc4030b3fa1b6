"""Trying a change that may be refused: what was done is said after the page is drawn anew, a refusal where it was."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from cockpit.errors import CockpitError
from cockpit.ui.words import safe_text

if TYPE_CHECKING:  # a visit that cannot begin yet tries changes as well
    from cockpit.ui.frame import Visit

DONE = "change_done"
log = logging.getLogger(__name__)


def attempt(change: Callable[[], object], done: str = "") -> None:
    """Change something, then show the page as it is now, with what was `done`; or say why not."""
    try:
        change()
    except CockpitError as error:
        log.info("a change was refused: %s", error)
        st.error(safe_text(error.message))
        return
    st.session_state[DONE] = done
    st.rerun()


def say_done() -> None:
    """Say what the last change did, once."""
    done = st.session_state.pop(DONE, None)
    if done:
        st.success(safe_text(done), icon=":material/check:")


def only_looks(visit: Visit, allowed: bool) -> bool:
    """Say why nothing can be changed here; answers whether that is so."""
    if allowed and visit.as_of is None:
        return False
    why = "Only admins can change this." if not allowed else "Nothing can be changed in the past."
    st.caption(why)
    return True


def now_of(visit: Visit) -> datetime:
    """The instant of a change; a page of the past offers none."""
    return visit.now
