"""Reads what the guards look at and asks them; under the locks of the chain and the person, so that nothing changes.

judge_attempt(conn, chain, attempt, now, *, stored) -> Judged
judge_person(conn, workspace_id, person, attempt, now, *, stored) -> Judged      of somebody who was read before
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, Final, cast
from uuid import UUID

from cockpit.automation.guard_log import Chain
from cockpit.automation.zones import places_of
from cockpit.model.ids import WorkspaceId
from cockpit.storage.attempts import Attempt
from cockpit.storage.database import Connection
from cockpit.storage.guard_facts import (
    PersonRow,
    Stop,
    find_conversation,
    find_rule,
    find_workflow,
    get_person_locked,
    list_consents,
    list_last_times,
    list_stops,
)
from cockpit.storage.ledger import Counted, Limits, find_tallies, list_sends
from cockpit.storage.workspaces import Workspace, get_workspace_by_id
from scoring.guards.facts import (
    EVERY_CHANNEL,
    ActiveHours,
    Consent,
    GuardRequest,
    Ledger,
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
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
WORKSPACE = "workspace"


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
    person = get_person_locked(conn, chain.workspace_id, attempt.person_id)
    return judge_person(conn, chain.workspace_id, person, attempt, now, stored=stored)


def judge_person(
    conn: Connection, workspace_id: WorkspaceId, person: PersonRow, attempt: Attempt, now: datetime, *, stored: bool
) -> Judged:
    """The same about somebody whom nobody holds: what is true at this moment, and may not be at the next."""
    workspace = get_workspace_by_id(conn, workspace_id)
    stops = list_stops(conn, workspace_id, stops_about(attempt))
    policy = policy_of(workspace, stops)
    rule = rule_facts(conn, workspace_id, attempt, stops)
    request = GuardRequest(
        channel=attempt.channel,
        origin=cast(Origin, attempt.origin),
        rule=rule,
        evidence_at=attempt.evidence_at,
        member_id=_text(attempt.requested_by),
    )
    facts = person_facts(conn, workspace, person, stops)
    counted = Counted(now, now - DAY, *((attempt.attempt_id, attempt.created_at) if stored else ()))
    longest = max(WEEK, (rule and rule.cooldown) or policy.rule_cooldown)
    limits = Limits(policy.member_day, policy.workspace_day, policy.workspace_minute)
    tallies = find_tallies(
        conn, workspace_id, counted, limits, rule_key=attempt.rule_key, member_id=attempt.requested_by
    )
    sends = list_sends(conn, workspace_id, attempt.person_id, replace(counted, since=now - longest))
    ledger = Ledger(sends, tallies.member_day, tallies.workspace_day, tallies.workspace_minute, tallies.rule_day)
    judged = Judged(judge(request, ledger, facts, policy, now), person, policy, rule)
    return judged if judged.allowed else replace(judged, opens_at=earliest(request, ledger, facts, policy, now))


def stops_about(attempt: Attempt) -> list[str]:
    """The stops that concern an attempt."""
    return [WORKSPACE, f"person:{attempt.person_id}", *([f"rule:{attempt.rule_key}"] if attempt.rule_key else [])]


def policy_of(workspace: Workspace, stops: Mapping[str, Stop]) -> GuardPolicy:
    """The guard settings of a workspace; a stop of the whole workspace is one of them."""
    policy = GuardPolicy.from_json(workspace.settings.get("guards") or {})
    stop = stops.get(WORKSPACE)
    if stop is None:
        return policy
    if policy.paused == "all":
        return policy
    return replace(policy, paused="automatic", paused_at=stop.stopped_at, paused_by=_text(stop.stopped_by))


def rule_facts(
    conn: Connection, workspace_id: WorkspaceId, attempt: Attempt, stops: Mapping[str, Stop]
) -> RuleFacts | None:
    """The rule or workflow that asks; one that is gone is as good as disabled."""
    key = attempt.rule_key
    if attempt.origin == "manual" or key is None:
        return None
    stop = stops.get(f"rule:{key}")
    if attempt.origin == "workflow":
        workflow = find_workflow(conn, workspace_id, key)
        active = workflow is not None and workflow.status == "ACTIVE"
        facts = RuleFacts(key, active, workflow.active_since if workflow else None)
    else:
        facts = _of_rule(conn, workspace_id, key)
    if stop is not None and facts.paused_at is None:
        facts = replace(facts, paused_at=stop.stopped_at, paused_why=stop.why)
    return facts


def _of_rule(conn: Connection, workspace_id: WorkspaceId, key: str) -> RuleFacts:
    rule = find_rule(conn, workspace_id, key)
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


def person_facts(conn: Connection, workspace: Workspace, person: PersonRow, stops: Mapping[str, Stop]) -> PersonFacts:
    """What is known of the person now."""
    workspace_id, person_id = workspace.workspace_id, person.person_id
    conversation = find_conversation(conn, workspace_id, person_id)
    last = list_last_times(conn, workspace_id, person_id, (*REPLIES, *BOOKINGS, *BOUNCES))
    places, places_from = places_of(person, workspace)
    stop = stops.get(f"person:{person_id}")
    return PersonFacts(
        do_not_contact=person.do_not_contact,
        places=places,
        places_from=places_from,
        opted_out=frozenset({EVERY_CHANNEL}) if conversation.opted_out_at else frozenset(),
        consents=consents_of(conn, workspace_id, person),
        phone=person.phone,
        email=person.email,
        last_inbound_at=conversation.last_inbound_at,
        last_reply_at=_newest(last, REPLIES),
        booked_at=_newest(last, BOOKINGS),
        bounced_at=_newest(last, BOUNCES),
        rules_stopped_at=None if stop is None else stop.stopped_at,
    )


def consents_of(conn: Connection, workspace_id: WorkspaceId, person: PersonRow) -> tuple[Consent, ...]:
    """What the person agreed to; what was withdrawn is a consent of the basis `withdrawn`."""
    rows = list_consents(conn, workspace_id, person.person_id)
    given = [Consent(row.channel, row.basis, row.granted_at, row.expires_at) for row in rows]
    taken = [Consent(row.channel, "withdrawn", row.withdrawn_at) for row in rows if row.withdrawn_at]
    return tuple(sorted((*given, *taken), key=lambda one: one.granted_at))


def _newest(last: Mapping[str, datetime], types: tuple[str, ...]) -> datetime | None:
    return max((last[kind] for kind in types if kind in last), default=None)


def _text(identity: UUID | None) -> str | None:
    return None if identity is None else str(identity)
