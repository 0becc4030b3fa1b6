"""Rules at work: a signal that waits for a rule becomes an outreach, a holdout, or nothing; each exactly once.

fire_due(db, workspace_id, now, limit) -> int      how many were looked at
fire(db, workspace_id, waiting, now) -> Fired | None       None: not now, or no more

A signal waits in a row that is written with it (cockpit.ingestion.rule_signals). The row goes away in the transaction
that stores what came of it, so a worker may be killed at any instant.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import polars as pl

from cockpit.automation.guard_log import Chain, append, body_of, lock_chain
from cockpit.automation.holdout import is_held_out
from cockpit.automation.judging import judge_attempt
from cockpit.automation.outreach import attempt_id_of, holds, key_of, mapped
from cockpit.automation.reserve import drawn_up, reserve_in
from cockpit.automation.rule_matching import matching
from cockpit.automation.rule_spec import RuleSpec, spec_of
from cockpit.automation.wish import Wish
from cockpit.errors import CockpitError, InvalidInput, NotFound
from cockpit.model.ids import MemberId, WorkspaceId
from cockpit.storage.action_mappings import find_action_mapping
from cockpit.storage.attempts import RESERVED, About, Attempt, Expect, list_attempts, replace_attempt
from cockpit.storage.database import Connection, Database
from cockpit.storage.guard_facts import get_person_locked
from cockpit.storage.holdouts import insert_holdout
from cockpit.storage.pending import list_pending_among
from cockpit.storage.rule_signals import RuleSignal, delete_rule_signal, list_rule_signals
from cockpit.storage.rule_versions import StoredRule, list_armed_rules
from scoring.intake import INSTANT

log = logging.getLogger(__name__)
AT_ONCE: Final = 200
TRIGGER: Final[dict[str, pl.DataType]] = {
    "person_id": pl.String(),
    "occurred_at": INSTANT,
    "channel": pl.String(),
    "at": INSTANT,
}
Became = Literal["reserved", "blocked", "joined", "held out", "not meant", "switched off", "gone"]


@dataclass(frozen=True, slots=True)
class Fired:
    """What came of one signal that waited for a rule."""

    became: Became
    attempt: Attempt | None = None


def fire_due(db: Database, workspace_id: WorkspaceId, now: datetime, limit: int = AT_ONCE) -> int:
    """Look at what has waited longest; one that fails holds up no other and is tried again."""
    with db.read(workspace_id) as conn:
        waiting = list_rule_signals(conn, workspace_id, limit)
    done = 0
    for one in waiting:
        try:
            done += fire(db, workspace_id, one, now) is not None
        except CockpitError as error:
            log.warning("A signal of the rule %s was put off: %s", one.rule_key, error)
    return done


def fire(db: Database, workspace_id: WorkspaceId, waiting: RuleSignal, now: datetime) -> Fired | None:
    """Decide on one signal; what is decided and that it is decided are stored together."""
    with db.write(workspace_id) as conn:
        chain = lock_chain(conn, workspace_id)
        if list_pending_among(conn, workspace_id, [waiting.person_id]).len():
            return None  # an import has brought more of them than is reckoned with yet: guards would not know it
        if not delete_rule_signal(conn, workspace_id, waiting):
            return None
        rule = next((one for one in list_armed_rules(conn, workspace_id) if one.rule_key == waiting.rule_key), None)
        if rule is None or rule.enabled_at is None or waiting.occurred_at < rule.enabled_at:
            return Fired("switched off")
        return _decide(conn, chain, rule, waiting, now)


def _decide(conn: Connection, chain: Chain, rule: StoredRule, waiting: RuleSignal, now: datetime) -> Fired:
    spec = readable(rule)
    if spec is None:
        return Fired("switched off")
    if not matching(conn, chain.workspace_id, trigger_of(waiting, now), spec).height:
        return Fired("not meant")
    earlier = _waiting_of(conn, chain.workspace_id, waiting)
    if earlier is not None and _join(conn, chain, earlier, waiting, now):
        return Fired("joined", earlier)
    try:
        owner = get_person_locked(conn, chain.workspace_id, waiting.person_id).owner_id
    except NotFound:
        return Fired("gone")
    wish = wish_of(spec, waiting, owner)
    percent = spec.holdout_percent
    if is_held_out(rule.rule_key, waiting.person_id, percent):
        return _hold_out(conn, chain, wish, now)
    found = reserve_in(conn, chain, wish, now)
    return Fired("reserved" if found.runs else "blocked", found.attempt)


def wish_of(spec: RuleSpec, waiting: RuleSignal, owner: MemberId | None) -> Wish:
    """What the rule wants; the same for one signal, however often it is asked."""
    return Wish(
        person_id=waiting.person_id,
        action_type=spec.action_type,
        origin="rule",
        rule_key=waiting.rule_key,
        channel=spec.channel,
        instruction=spec.instruction,
        evidence_at=waiting.occurred_at,
        requested_by=owner,
        hold=True,
        key=key_of(waiting.rule_key, waiting.source, waiting.source_event_id),
    )


def trigger_of(waiting: RuleSignal, now: datetime) -> pl.DataFrame:
    """One signal as conditions are asked of it."""
    row = {"person_id": str(waiting.person_id), "occurred_at": waiting.occurred_at, "channel": waiting.channel}
    return pl.DataFrame([{**row, "at": now}], schema=TRIGGER)


def _waiting_of(conn: Connection, workspace_id: WorkspaceId, waiting: RuleSignal) -> Attempt | None:
    about = About(person_id=waiting.person_id, rule_key=waiting.rule_key)
    return next(iter(list_attempts(conn, workspace_id, about, states=(RESERVED,), limit=1)), None)


def _join(conn: Connection, chain: Chain, earlier: Attempt, waiting: RuleSignal, now: datetime) -> bool:
    """What waits for this person answers the newer signal as well; else the second missed call would stop the call."""
    if earlier.evidence_at is not None and earlier.evidence_at >= waiting.occurred_at:
        return True
    changes = {"evidence_at": waiting.occurred_at, "updated_at": now}
    if not replace_attempt(conn, chain.workspace_id, earlier.attempt_id, Expect((RESERVED,)), changes):
        return False
    append(conn, chain, [body_of("joined", earlier, now=now, state=RESERVED)])
    return True


def _hold_out(conn: Connection, chain: Chain, wish: Wish, now: datetime) -> Fired:
    """Whom the rule would have reached and leaves alone; whom a guard keeps it from tells nothing of its effect."""
    mapping = mapped(find_action_mapping(conn, chain.workspace_id, wish.action_type), wish)
    attempt = drawn_up(chain.workspace_id, attempt_id_of(chain.workspace_id, wish), wish, mapping, now)
    if mapping is None:
        return Fired("blocked", reserve_in(conn, chain, wish, now).attempt)
    judged = judge_attempt(conn, chain, attempt, now, stored=False)
    if not judged.allowed and not holds("rule", judged.opens_at, judged.verdicts, since=now):
        return Fired("blocked", reserve_in(conn, chain, wish, now).attempt)  # blocked for them as for anybody: told so
    insert_holdout(conn, chain.workspace_id, wish.rule_key or "", wish.person_id, held_at=now)
    append(conn, chain, [body_of("held out", attempt, now=now, state="HELD_OUT", verdicts=judged.verdicts)])
    return Fired("held out")


def readable(rule: StoredRule) -> RuleSpec | None:
    """What a rule says, or None where it cannot be read: such a rule does nothing."""
    try:
        return spec_of(rule)
    except InvalidInput as error:
        log.warning("The rule %s cannot be read: %s", rule.rule_key, error)
        return None
