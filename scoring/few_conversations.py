"""What `scoring.conversation` says, one person after the other in plain Python: for few signals that takes a tenth.

Every step over a frame costs some fifty microseconds however short the frame is. Both ways give the same states
(tests/scoring/test_few.py); all instants are microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scoring.conversation import CONVERSATION
from scoring.decay import DAY
from scoring.signal_type import SignalType

State = dict[str, Any]  # the columns of CONVERSATION
US, THEM = ("us", "both"), ("them", "both")


@dataclass(frozen=True, slots=True)
class Told:
    """One signal of a person; types that are not in the catalogue mean nothing."""

    at: int
    type: str
    meaning: SignalType | None
    value: float | None
    planned: int | None


def state_after(before: Mapping[str, Any] | None, told: Sequence[Told]) -> State:
    """The state after later signals."""
    news = _news(told)
    return _with_turn(_begun(news) if before is None else _followed(before, news))


@dataclass(frozen=True, slots=True)
class News:
    """What some signals say on their own, and what following them up needs."""

    state: State
    contacts: tuple[int, ...]  # instants of signals from either side
    inbound: tuple[int, ...]
    closed_us: int | None
    closed_them: int | None
    cleared: int | None


def _news(told: Sequence[Told]) -> News:
    known = [(one, one.meaning) for one in told if one.meaning is not None]
    inbound = [one for one, kind in known if kind.direction == "inbound"]
    outbound = [one for one, kind in known if kind.direction == "outbound"]
    closed_us = _last(one.at for one, kind in known if kind.closes_turn in US)
    closed_them = _last(one.at for one, kind in known if kind.closes_turn in THEM)
    cleared = _last(one.at for one, kind in known if kind.plans == "clears")
    waiting = _after(closed_us, (one for one, kind in known if kind.opens_turn in US))
    asked = _after(closed_them, (one for one, kind in known if kind.opens_turn in THEM))
    plans = _after(cleared, (one for one, kind in known if kind.plans == "sets"))
    since = _first(one.at for one in waiting)
    state = dict.fromkeys(CONVERSATION) | {
        # a refusal does not begin an acquaintance: an early one would make the own rhythm look slow
        "first_at": _first(one.at for one in told if one.meaning is None or one.meaning.weight >= 0),
        "last_at": _last(one.at for one in told),
        "last_type": _name((one.at, one.type) for one in told),
        "last_inbound_at": _last(one.at for one in inbound),
        "last_inbound_type": _name((one.at, one.type) for one in inbound),
        "last_outbound_at": _last(one.at for one in outbound),
        "last_outbound_type": _name((one.at, one.type) for one in outbound),
        "waiting_since": since,
        "waiting_type": max((one.type for one in waiting if one.at == since), default=None),
        "asked_at": _last(one.at for one in asked),
        "next_step_at": _last(one.planned for one in plans if one.planned is not None),
        "opted_out_at": _first(one.at for one, kind in known if kind.opts_out),
        "lifecycle": _name((one.at, kind.lifecycle) for one, kind in known if kind.lifecycle is not None),
        "signals": len(told),
    }
    contacts = tuple(one.at for one in (*inbound, *outbound))
    return News(state, contacts, tuple(one.at for one in inbound), closed_us, closed_them, cleared)


def _begun(news: News) -> State:
    return news.state | {"contact_days": _days(news.contacts), "inbound_days": _days(news.inbound)}


def _followed(before: Mapping[str, Any], news: News) -> State:
    """What was known goes on where nothing newer ends it."""
    new, state = news.state, dict(news.state)
    latest = ("last_inbound_at", "last_inbound_type", "last_outbound_at", "last_outbound_type", "lifecycle")
    state |= {name: before[name] for name in latest if new[name] is None}
    state |= {name: before[name] for name in ("first_at", "opted_out_at") if before[name] is not None}
    if news.closed_us is None and before["waiting_since"] is not None:
        state |= {name: before[name] for name in ("waiting_since", "waiting_type")}
    if news.closed_them is None and new["asked_at"] is None:
        state["asked_at"] = before["asked_at"]
    if news.cleared is None:
        state["next_step_at"] = _last_of(new["next_step_at"], before["next_step_at"])
    contact = _last_of(before["last_inbound_at"], before["last_outbound_at"])
    state["signals"] += before["signals"]
    state["contact_days"] = before["contact_days"] + _more_days(contact, news.contacts)
    state["inbound_days"] = before["inbound_days"] + _more_days(before["last_inbound_at"], news.inbound)
    return state


def _with_turn(state: State) -> State:
    """Ours before theirs: a person who waits for us is never theirs to answer."""
    theirs = "them" if state["asked_at"] is not None else "none"
    state["turn"] = "us" if state["waiting_since"] is not None else theirs
    return state


def _after(instant: int | None, told: Iterable[Told]) -> list[Told]:
    return [one for one in told if instant is None or one.at > instant]


def _days(instants: Sequence[int]) -> int:
    return len({at // DAY for at in instants})


def _more_days(last: int | None, instants: Sequence[int]) -> int:
    """A day that was already counted is not counted again."""
    counted = last is not None and bool(instants) and last // DAY == min(instants) // DAY
    return _days(instants) - counted


def _first(instants: Iterable[int]) -> int | None:
    return min(instants, default=None)


def _last(instants: Iterable[int]) -> int | None:
    return max(instants, default=None)


def _last_of(*instants: int | None) -> int | None:
    return _last(at for at in instants if at is not None)


def _name(named: Iterable[tuple[int, str]]) -> str | None:
    """The name at the last instant; of several the last by alphabet."""
    return max(named, default=(0, None))[1]
