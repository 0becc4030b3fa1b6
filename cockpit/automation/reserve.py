"""Reserve an outreach: guards, outbox row, guard window and log entry in one transaction; nothing leaves yet.

reserve(db, workspace_id, wish, now, also=None) -> Reserved
reserve_in(conn, chain, wish, now) -> Reserved           in a transaction that holds the chain
preview(db, workspace_id, wishes, now) -> tuple[Reserved, ...]    what would come of them; nothing is stored
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from cockpit.automation.guard_log import Chain, append, body_of, lock_chain
from cockpit.automation.judging import SIGNALS, Judged, judge_facts
from cockpit.automation.outreach import attempt_id_of, holds, mapped, unmapped, window_length
from cockpit.automation.wish import Wish
from cockpit.model.ids import WorkspaceId
from cockpit.storage.action_mappings import ActionMapping
from cockpit.storage.attempts import BLOCKED, RESERVED, Attempt, find_attempt
from cockpit.storage.database import Connection, Database
from cockpit.storage.guard_chain import NoChain, get_head
from cockpit.storage.guard_facts import replace_rule_pause
from cockpit.storage.guard_reads import Facts, Subject, get_facts_first, get_facts_locked
from cockpit.storage.guard_windows import Window, upsert_window
from scoring.guards.facts import Verdict

FUSE = "fuse"
TAKEN = "The same outreach to this person was made, or waits to be made."
Also = Callable[[Connection, Attempt], None]


@dataclass(frozen=True, slots=True)
class Reserved:
    """What became of a wish."""

    attempt: Attempt
    verdicts: tuple[Verdict, ...]

    @property
    def runs(self) -> bool:
        """Whether it will go out unless somebody takes it back or a guard closes."""
        return self.attempt.state == RESERVED

    @property
    def reason(self) -> str | None:
        """Why it does not, or why it waits: one sentence."""
        return self.attempt.reason


def reserve(db: Database, workspace_id: WorkspaceId, wish: Wish, now: datetime, also: Also | None = None) -> Reserved:
    """Reserve one outreach, or block it with the reason; `also` runs in the same transaction when it was reserved.

    Raises:
        NotFound: there is no such person.
    """
    try:
        return _reserve(db, workspace_id, wish, now, also)
    except NoChain:
        with db.write(workspace_id) as conn:
            get_head(conn, workspace_id)
        return _reserve(db, workspace_id, wish, now, also)


def _reserve(db: Database, workspace_id: WorkspaceId, wish: Wish, now: datetime, also: Also | None) -> Reserved:
    with db.write(workspace_id) as conn:
        if wish.key:
            found = reserve_in(conn, lock_chain(conn, workspace_id), wish, now)
        else:
            head, facts = get_facts_first(conn, workspace_id, subject_of(wish), SIGNALS)
            found = _decided(conn, Chain(workspace_id, head), facts, wish, now)
        if also and found.runs:
            also(conn, found.attempt)
        return found


def reserve_in(conn: Connection, chain: Chain, wish: Wish, now: datetime) -> Reserved:
    """The same in a transaction that holds the chain of its workspace."""
    known = find_attempt(conn, chain.workspace_id, attempt_id_of(chain.workspace_id, wish)) if wish.key else None
    if known is not None:
        return Reserved(known, ())
    return _decided(conn, chain, get_facts_locked(conn, chain.workspace_id, subject_of(wish), SIGNALS), wish, now)


def subject_of(wish: Wish) -> Subject:
    """Whom and what a wish is about."""
    return Subject(wish.person_id, wish.rule_key, wish.action_type)


def _decided(conn: Connection, chain: Chain, facts: Facts, wish: Wish, now: datetime) -> Reserved:
    """Ask the guards, and store what they say."""
    mapping = mapped(facts.mapping, wish)
    attempt = drawn_up(chain.workspace_id, attempt_id_of(chain.workspace_id, wish), wish, mapping, now)
    if mapping is None:
        return _blocked(conn, chain, attempt, (unmapped(wish),), now)
    judged = judge_facts(conn, facts, attempt, now, stored=False)
    _blow_fuse(conn, chain, attempt, judged, now)
    if not judged.allowed and not (wish.hold and holds(wish.origin, judged.opens_at, judged.verdicts, since=now)):
        return _blocked(conn, chain, attempt, judged.verdicts, now)
    return _reserved(conn, chain, attempt, judged, now)


def preview(db: Database, workspace_id: WorkspaceId, wishes: Iterable[Wish], now: datetime) -> tuple[Reserved, ...]:
    """What would come of these wishes: they are reserved for real, one after the other, and all is rolled back."""
    found: list[Reserved] = []
    try:
        with db.write(workspace_id) as conn:
            chain = lock_chain(conn, workspace_id)
            for wish in wishes:
                found.append(reserve_in(conn, chain, wish, now))
                chain = lock_chain(conn, workspace_id)
            raise _OnlyLooking
    except _OnlyLooking:
        return tuple(found)


class _OnlyLooking(Exception):
    """Rolls a preview back."""


def drawn_up(
    workspace_id: WorkspaceId, attempt_id: UUID, wish: Wish, mapping: ActionMapping | None, now: datetime
) -> Attempt:
    """The attempt a wish becomes."""
    channel = mapping.channel if mapping else wish.channel or ""
    window = wish.rule_key or f"manual:{channel or wish.action_type}"
    return Attempt(
        attempt_id=attempt_id,
        person_id=wish.person_id,
        origin=wish.origin,
        rule_key=wish.rule_key,
        workflow_run_id=wish.workflow_run_id,
        batch_id=wish.batch_id,
        action_id=wish.action_id,
        action_type=wish.action_type,
        channel=channel,
        hub_type=mapping.hub_type if mapping else "",
        instruction=mapping.instruction if mapping else "",
        request=dict(wish.request) if wish.request else None,
        guard_window=window,
        evidence_at=wish.evidence_at,
        state=RESERVED,
        execute_after=now + wish.undo_for,
        idempotency_key=key_of(workspace_id, wish, window, attempt_id),
        client_reference=str(attempt_id),
        requested_by=wish.requested_by,
        created_at=now,
        updated_at=now,
    )


def key_of(workspace_id: WorkspaceId, wish: Wish, window: str, attempt_id: UUID) -> str:
    """The key under which the Hub takes this outreach once, however often it is asked."""
    parts = (workspace_id, wish.person_id, wish.rule_key, window, wish.action_type, attempt_id)
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def _reserved(conn: Connection, chain: Chain, attempt: Attempt, judged: Judged, now: datetime) -> Reserved:
    if judged.opens_at is not None:
        attempt = replace(attempt, execute_after=judged.opens_at, held_until=judged.opens_at, reason=judged.reason)
    begins = attempt.held_until or now
    until = begins + window_length(judged.policy, judged.rule, attempt.channel)
    window = Window(attempt.person_id, attempt.guard_window, attempt.attempt_id, begins, until)
    if not upsert_window(conn, chain.workspace_id, window):
        taken = Verdict("window", allowed=False, reason=TAKEN, inputs={"name": attempt.guard_window})
        return _blocked(conn, chain, replace(attempt, held_until=None), (*judged.verdicts, taken), now)
    event = "held" if attempt.held_until else "reserved"
    append(conn, chain, [body_of(event, attempt, now=now, state=RESERVED, verdicts=judged.verdicts)], new=attempt)
    return Reserved(attempt, judged.verdicts)


def _blocked(
    conn: Connection, chain: Chain, attempt: Attempt, verdicts: tuple[Verdict, ...], now: datetime
) -> Reserved:
    reason = next((one.reason for one in verdicts if not one.allowed), None)
    blocked = replace(attempt, state=BLOCKED, reason=reason, execute_after=None, finished_at=now)
    append(conn, chain, [body_of("blocked", blocked, now=now, state=BLOCKED, verdicts=verdicts)], new=blocked)
    return Reserved(blocked, verdicts)


def _blow_fuse(conn: Connection, chain: Chain, attempt: Attempt, judged: Judged, now: datetime) -> None:
    """A rule that wants to reach far more people than its rehearsal said pauses itself."""
    blown = next((one for one in judged.refusals if one.guard == FUSE), None)
    if blown is not None and attempt.origin == "rule" and attempt.rule_key:
        replace_rule_pause(conn, chain.workspace_id, attempt.rule_key, paused_at=now, why=blown.reason)
