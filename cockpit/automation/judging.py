"""Reads what the guards look at and asks them; under the locks of the chain and the person, so that nothing changes.

judge_attempt(conn, chain, attempt, now, *, stored) -> Judged
judge_person(conn, workspace_id, person, attempt, now, *, stored) -> Judged      of somebody who was read before
judge_facts(conn, facts, attempt, now, *, stored) -> Judged                      of what was read before
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final, cast
from uuid import UUID

from cockpit.automation.guard_log import Chain
from cockpit.automation.zones import places_of
from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import Attempt
from cockpit.storage.database import Connection
from cockpit.storage.guard_facts import ConsentRow, PersonRow, RuleRow, Stop
from cockpit.storage.guard_reads import WORKSPACE, Facts, Subject, get_facts, get_facts_locked
from cockpit.storage.ledger import Counted, Limits, find_ledger
from cockpit.storage.workspaces import Workspace
from scoring.guards.facts import (
    EVERY_CHANNEL,
    ActiveHours,
    Consent,
    GuardRequest,
    Origin,
    PersonFacts,
    RuleFacts,
    Verdict,
)
from scoring.guards.judge import allowed, earliest, judge, reason
from scoring.guards.policy import GuardPolicy

REPLIES: Final = ("SMS_REPLIED", "WHATSAPP_REPLIED", "EMAIL_REPLIED", "INBOUND_CALL", "CHAT_STARTED")
BOOKINGS: Final = ("APPOINTMENT_BOOKED", "CALLBACK_REQUESTED")
BOUNCES: Final = ("EMAIL_BOUNCED",)
SIGNALS: Final = (REPLIES, BOOKINGS, BOUNCES)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the guards say of an attempt, and who it would reach."""

    verdicts: tuple[Verdict, ...]
    person: PersonRow
    policy: GuardPolicy
    rule: RuleFacts | None
    opens_at: datetime | None = None  # when time alone will have opened all of them; None: it will not

    @property
    def allowed(self) -> bool:
        """Whether every guard lets it pass."""
        return allowed(self.verdicts)

    @property
    def reason(self) -> str | None:
        """Why not, by the first guard that says no."""
        return reason(self.verdicts)

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """The verdicts that say no."""
        return tuple(one for one in self.verdicts if not one.allowed)


def judge_attempt(conn: Connection, chain: Chain, attempt: Attempt, now: datetime, *, stored: bool) -> Judged:
    """Ask all guards about an attempt; `stored`: it is one of those that are counted, and does not count itself."""
    facts = get_facts_locked(conn, chain.workspace_id, subject_of(attempt), SIGNALS)
    return judge_facts(conn, facts, attempt, now, stored=stored)


def judge_person(
    conn: Connection, workspace_id: WorkspaceId, person: PersonRow, attempt: Attempt, now: datetime, *, stored: bool
) -> Judged:
    """The same about somebody whom nobody holds: what is true at this moment, and may not be at the next."""
    facts = get_facts(conn, workspace_id, person, subject_of(attempt), SIGNALS)
    return judge_facts(conn, facts, attempt, now, stored=stored)


def judge_facts(conn: Connection, facts: Facts, attempt: Attempt, now: datetime, *, stored: bool) -> Judged:
    """The same where all but the ledger has been read, under the locks of this transaction."""
    policy = policy_of(facts.workspace, facts.stops)
    rule = rule_facts(attempt, facts)
    request = GuardRequest(
        channel=attempt.channel,
        origin=cast(Origin, attempt.origin),
        rule=rule,
        evidence_at=attempt.evidence_at,
        member_id=_text(attempt.requested_by),
    )
    known = person_facts(facts)
    ledger = find_ledger(conn, facts.workspace.workspace_id, counted_for(attempt, policy, rule, now, stored=stored))
    judged = Judged(judge(request, ledger, known, policy, now), facts.person, policy, rule)
    return judged if judged.allowed else replace(judged, opens_at=earliest(request, ledger, known, policy, now))


def subject_of(attempt: Attempt) -> Subject:
    """Whom and what an attempt is about."""
    return Subject(attempt.person_id, attempt.rule_key)


def counted_for(
    attempt: Attempt, policy: GuardPolicy, rule: RuleFacts | None, now: datetime, *, stored: bool
) -> Counted:
    """What of the ledger the guards look at."""
    return Counted(
        now=now,
        person_id=attempt.person_id,
        sends_since=now - max(WEEK, (rule and rule.cooldown) or policy.rule_cooldown),
        member_id=attempt.requested_by,
        rule_key=attempt.rule_key,
        limits=Limits(policy.member_day, policy.workspace_day, policy.workspace_minute),
        itself=(attempt.attempt_id, attempt.created_at) if stored else None,
    )


def policy_of(workspace: Workspace, stops: Mapping[str, Stop]) -> GuardPolicy:
    """The guard settings of a workspace; a stop of the whole workspace is one of them."""
    policy = GuardPolicy.from_json(workspace.settings.get("guards") or {})
    stop = stops.get(WORKSPACE)
    if stop is None:
        return policy
    if policy.paused == "all":
        return policy
    return replace(policy, paused="automatic", paused_at=stop.stopped_at, paused_by=_text(stop.stopped_by))


def rule_facts(attempt: Attempt, facts: Facts) -> RuleFacts | None:
    """The rule or workflow that asks; one that is gone is as good as disabled."""
    key = attempt.rule_key
    if attempt.origin == "manual" or key is None:
        return None
    stop = facts.stops.get(f"rule:{key}")
    if attempt.origin == "workflow":
        workflow = facts.workflow
        active = workflow is not None and workflow.status == "ACTIVE"
        found = RuleFacts(key, active, workflow.active_since if workflow else None)
    else:
        found = _of_rule(key, facts.rule)
    if stop is not None and found.paused_at is None:
        found = replace(found, paused_at=stop.stopped_at, paused_why=stop.why)
    return found


def _of_rule(key: str, rule: RuleRow | None) -> RuleFacts:
    if rule is None:
        return RuleFacts(key, enabled=False, enabled_at=None)
    return RuleFacts(
        key,
        enabled=rule.status == "ACTIVE" and rule.enabled and rule.auto_execute,
        enabled_at=rule.enabled_at,
        cooldown=None if rule.cooldown_s is None else timedelta(seconds=rule.cooldown_s),
        daily_max=rule.daily_max,
        active_hours=active_hours(rule.active_hours),
        rehearsed_rate=rule.rehearsed_rate,
        paused_at=rule.paused_at,
        paused_why=rule.paused_why,
    )


def active_hours(stored: Mapping[str, Any] | None) -> ActiveHours | None:
    """The active hours of a rule, as they are stored."""
    if not stored:
        return None
    opens, closes = (time.fromisoformat(stored[name]) for name in ("opens", "closes"))
    return ActiveHours(opens, closes, frozenset(stored.get("weekdays", range(7))))


def person_facts(facts: Facts) -> PersonFacts:
    """What is known of the person now."""
    person = facts.person
    conversation, stop = facts.conversation, facts.stops.get(f"person:{person.person_id}")
    replied_at, booked_at, bounced_at = facts.newest
    places, places_from = places_of(person, facts.workspace)
    return PersonFacts(
        do_not_contact=person.do_not_contact,
        places=places,
        places_from=places_from,
        opted_out=frozenset({EVERY_CHANNEL}) if conversation.opted_out_at else frozenset(),
        consents=consents_of(facts.consents),
        phone=person.phone,
        email=person.email,
        last_inbound_at=conversation.last_inbound_at,
        last_reply_at=replied_at,
        booked_at=booked_at,
        bounced_at=bounced_at,
        rules_stopped_at=None if stop is None else stop.stopped_at,
    )


def consents_of(rows: Iterable[ConsentRow]) -> tuple[Consent, ...]:
    """What the person agreed to; what was withdrawn is a consent of the basis `withdrawn`."""
    stored = tuple(rows)
    given = [Consent(row.channel, row.basis, row.granted_at, row.expires_at) for row in stored]
    taken = [Consent(row.channel, "withdrawn", row.withdrawn_at) for row in stored if row.withdrawn_at]
    return tuple(sorted((*given, *taken), key=lambda one: one.granted_at))


def _text(identity: UUID | None) -> str | None:
    return None if identity is None else str(identity)
