"""What one browser tab remembers between runs: the queue it works through, where it is in it, what it can undo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import streamlit as st

UNDO_SECONDS = 10
QUEUE, AT, PERSON, NEXT, CHANGE = "queue", "queue_at", "queue_person", "queue_next", "last_change"
IDS, FOLLOWED, ACTED = "queue_ids", "followed_executions", "acted_at"
DOUBLE_CLICK = timedelta(seconds=0.8)


@dataclass(frozen=True, slots=True)
class Change:
    """The last thing done to a card, as the undo bar says it."""

    action_id: str
    person_id: str
    place: int
    sentence: str
    at: datetime
    attempt_id: str | None = None  # of what goes out when the time is over
    batch_id: str | None = None  # the same of many at once
    by_hand: bool = False  # done by somebody, and nothing was sent

    @property
    def goes_out(self) -> bool:
        """Whether something leaves when the time is over."""
        return self.attempt_id is not None or self.batch_id is not None

    def seconds_left(self, now: datetime) -> float:
        """For how long it can still be undone."""
        return (self.at + timedelta(seconds=UNDO_SECONDS) - now).total_seconds()


@dataclass(frozen=True, slots=True)
class Followed:
    """An execution that somebody began in this tab and wants to hear of."""

    attempt_id: str
    what: str
    at: datetime
    told: str = ""  # the last thing that was said of it


def queue() -> str:
    """The panel that is being worked through."""
    return str(st.session_state.get(QUEUE, "suggested_actions"))


def at() -> int:
    """The place of the current lead in the queue."""
    return int(st.session_state.get(AT, 0))


def focus(slug: str, index: int, person_id: str | None) -> None:
    """Make a row of a panel the current one."""
    st.session_state[QUEUE] = slug
    st.session_state[AT] = index
    st.session_state[PERSON] = person_id


def place(person_ids: list[str | None]) -> int:
    """Where the queue stands in these rows: at the same person, or, when that person has left, at the same place."""
    if not person_ids:
        return 0
    person = st.session_state.get(PERSON)
    here = person_ids.index(person) if person in person_ids else at()
    here = min(max(here, 0), len(person_ids) - 1)
    focus(queue(), here, person_ids[here])
    st.session_state[IDS] = person_ids
    st.session_state[NEXT] = person_ids[here + 1] if here + 1 < len(person_ids) else None
    return here


def queue_ids() -> list[str | None]:
    """The people of the queue, as the cockpit last showed it."""
    ids: list[str | None] = st.session_state.get(IDS, [])
    return ids


def person() -> str | None:
    """The current lead."""
    person_id: str | None = st.session_state.get(PERSON)
    return person_id


def advance() -> None:
    """Go to the lead after the current one, who may leave the queue by what was just decided."""
    if st.session_state.get(NEXT):
        st.session_state[PERSON] = st.session_state[NEXT]


def remember(change: Change | None) -> None:
    """Offer to undo this, and nothing older."""
    st.session_state[CHANGE] = change


def last_change() -> Change | None:
    """What can be undone."""
    change: Change | None = st.session_state.get(CHANGE)
    return change


def follow(one: Followed) -> None:
    """Tell of this execution as it goes on."""
    st.session_state[FOLLOWED] = (*(other for other in followed() if other.attempt_id != one.attempt_id), one)


def unfollow(attempt_id: str) -> None:
    """Tell no more of it."""
    st.session_state[FOLLOWED] = tuple(one for one in followed() if one.attempt_id != attempt_id)


def followed() -> tuple[Followed, ...]:
    """The executions of this tab that are still on their way."""
    found: tuple[Followed, ...] = st.session_state.get(FOLLOWED, ())
    return found


def acted(now: datetime) -> None:
    """Note that something was begun here."""
    st.session_state[ACTED] = now


def just_acted(now: datetime) -> bool:
    """Whether that was so shortly ago that nobody can have read the next card."""
    at: datetime | None = st.session_state.get(ACTED)
    return at is not None and now - at < DOUBLE_CLICK
