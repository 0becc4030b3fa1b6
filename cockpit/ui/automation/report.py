"""The report of a rule: what it sent, what came of it, and whether that is more than chance and than doing nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from cockpit.automation.rule_report import DAYS as USUAL
from cockpit.automation.rule_report import WATCHED, Measure, Report
from cockpit.automation.rule_report import report as read_report
from cockpit.storage.attempts import BLOCKED, CANCELLED, FAILED_NOT_SENT, RESERVED, UNKNOWN
from cockpit.storage.rule_versions import StoredRule
from cockpit.ui.automation.sentences import counted
from cockpit.ui.automation.tabs import chosen, rules
from cockpit.ui.components import listing
from cockpit.ui.components.listing import Cell
from cockpit.ui.execution_words import outcome_words
from cockpit.ui.frame import Visit
from cockpit.ui.words import safe_text
from scoring.effect import FEWEST, Share

DAYS: Final = (7, 30, 90, 365)
MEASURES: Final[Mapping[str, str]] = {"answered": "Answered us", "booked": "Booked or asked for a call", "won": "Won"}
REST: Final[Mapping[str, str]] = {
    RESERVED: "Wait to go out",
    UNKNOWN: "Nobody knows whether they went out",
    FAILED_NOT_SENT: "Not sent",
    CANCELLED: "Taken back",
    BLOCKED: "Blocked",
}
REASONS_SHOWN: Final = 10


def show(visit: Visit) -> None:
    """Draw the report of the chosen rule."""
    rule = chosen(visit, rules(visit))
    if rule is None:
        return
    days = st.segmented_control(
        "Days", DAYS, default=USUAL, required=True, key="report_days", bind="query-params", format_func=str
    )
    with visit.read() as conn:
        found = read_report(conn, visit.viewer, rule.rule_key, visit.now, days=int(days or USUAL))
    _numbers(found)
    left, right = st.columns(2)
    with left:
        _outcomes(found)
    with right:
        _blocked(found)
    _effect(rule, found)


def _numbers(found: Report) -> None:
    with st.grid(4, min_column_width=150, key="report_numbers"):
        st.metric("Sent", f"{found.sent:,}", border=True, help="Left, or may have")
        st.metric("People reached", f"{found.people:,}", border=True)
        st.metric("Answered", _of(found.answered, found.people), border=True, help="Within 7 days of the first")
        st.metric("Booked", _of(found.booked, found.people), border=True, help="Or asked for a call, within 7 days")


def _of(count: int, people: int) -> str:
    return f"{count:,} ({count / people:.0%})" if people else "0"


def _outcomes(found: Report) -> None:
    st.subheader("What became of them", anchor=False)
    lines = [("Completed: " + outcome_words(name), count) for name, count in found.outcomes.items()]
    lines += [("Accepted by the Hub, no outcome yet", found.count("ACCEPTED"))]
    lines += [(word, found.count(state)) for state, word in REST.items()]
    shown = [{"Executions": Cell(name), "Count": Cell(f"{count:,}")} for name, count in lines if count]
    if shown:
        listing.table("report_outcomes", "All that it began", shown)
    else:
        st.markdown(":gray[It has begun nothing in this time.]")


def _blocked(found: Report) -> None:
    st.subheader("Why not", anchor=False)
    if not found.blocked_by:
        st.markdown(":gray[Nothing was blocked.]")
        return
    reasons = list(found.blocked_by.items())[:REASONS_SHOWN]
    lines = [{"Reason": Cell(why), "Times": Cell(f"{count:,}")} for why, count in reasons]
    listing.table("report_blocked", "The reasons of what was blocked", lines)


def _effect(rule: StoredRule, found: Report) -> None:
    """Reached against left alone."""
    st.header("Does it do anything?", anchor=False)
    st.caption(
        f"By chance, {rule.holdout_percent if rule.holdout_percent is not None else 5.0:g} % of those it is meant for "
        f"are left alone. Both groups are watched for {WATCHED.days} days from the first time it was meant for them, "
        "whatever became of that."
    )
    alone = found.measures[0].left_alone.of
    if rule.holdout_percent == 0 and not alone:
        st.markdown("It leaves nobody alone: its effect cannot be measured.")
        return
    listing.table("report_effect", "Each difference with its interval of 95 %", [_line(one) for one in found.measures])
    notes = [f"{counted(found.watched_still, 'person is', 'people are')} still watched"] if found.watched_still else []
    if found.in_both:
        notes.append(f"{counted(found.in_both, 'person was', 'people were')} in both groups, and count in none")
    if notes:
        st.caption(safe_text(f"{'; '.join(notes)}."))


def _line(measure: Measure) -> dict[str, Cell]:
    return {
        "Within 7 days": Cell(MEASURES[measure.name]),
        "Meant": Cell(_share(measure.reached)),
        "Left alone": Cell(_share(measure.left_alone)),
        "Difference": Cell(difference_words(measure)),
    }


def difference_words(measure: Measure) -> str:
    """The difference with its interval, or why there is none to tell."""
    if measure.effect is None:
        return f"Too few to compare: it takes {FEWEST} in each group"
    low, high = measure.effect.interval.low * 100, measure.effect.interval.high * 100
    told = f"{measure.effect.difference * 100:+.1f} points ({low:+.1f} to {high:+.1f})"
    return told if measure.effect.is_told else f"{told}: it may as well be none"


def _share(share: Share) -> str:
    return f"{share.yes:,} of {share.of:,}" + (f" ({share.yes / share.of:.1%})" if share.of else "")
