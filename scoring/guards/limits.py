"""Guards that count: cooldowns, caps per person, member and workspace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scoring.guards.case import Case, Guard, blocks, passes, spelled, wait
from scoring.guards.facts import Sent, Tally, Verdict

DAY, WEEK = timedelta(days=1), timedelta(days=7)
NOUNS = {"phone": "call", "sms": "SMS", "whatsapp": "WhatsApp message", "email": "e-mail"}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in the rolling window of a tally."""

    name: str
    most: int


def cooldown(case: Case) -> Verdict:
    """Some time passes after the last outreach: on this channel, on any, and by this rule."""
    key, channel, policy = "cooldown", case.request.channel, case.policy
    if not case.request.automatic and not policy.manual_cooldown:
        return passes(key, manual_cooldown=False)
    checked: list[tuple[str, timedelta, list[Sent]]] = [
        (NOUNS.get(channel, channel), policy.cooldowns.get(channel, timedelta()), _on(case, channel)),
        ("outreach", policy.any_channel_cooldown, list(case.sends)),
    ]
    if case.request.automatic:
        own = policy.rule_cooldown if case.rule.cooldown is None else case.rule.cooldown
        mine = [one for one in case.sends if one.rule_key == case.rule.rule_key]
        checked.append(("message of this rule", own, mine))
    waits = [(one.at + length, what, one) for what, length, sends in checked for one in sends if length]
    until, what, last = max(waits, key=lambda one: one[0], default=(case.now, "", None))
    if last is None or until <= case.now:
        return passes(key, channel=channel, last_at=spelled(max((one.at for one in case.sends), default=None)))
    reason = f"Too soon after the last {what}: wait {wait(until - case.now)}"
    return blocks(key, reason, until=until, channel=channel, last_at=spelled(last.at), last_channel=last.channel)


def person_cap(case: Case) -> Verdict:
    """So many a day and a week to one person, counted back from now."""
    day, week = case.sent_since(DAY), case.sent_since(WEEK)
    limits = [("Daily limit", DAY, case.policy.person_day, day), ("Weekly limit", WEEK, case.policy.person_week, week)]
    if case.request.automatic:
        by_itself = [one for one in day if one.origin != "manual"]
        limits.append(("Daily limit of automatic outreach", DAY, case.policy.person_day_automatic, tuple(by_itself)))
        most = case.rule.daily_max
        if most is not None:
            mine = [one for one in by_itself if one.rule_key == case.rule.rule_key]
            limits.append(("Daily limit of this rule", DAY, most, tuple(mine)))
    counts = {"day": len(day), "week": len(week)}
    full = [(name, window, most, sends) for name, window, most, sends in limits if len(sends) >= most]
    if not full:
        return passes("person_cap", **counts, limits=[most for _, _, most, _ in limits])
    opens = [_frees(sends, window, most) for _, window, most, sends in full]
    until = None if None in opens else max(one for one in opens if one is not None)
    name, _, most, sends = full[0]
    return blocks("person_cap", f"{name} {len(sends)}/{most}", until=until, **counts, limit=most)


def member_cap(case: Case) -> Verdict:
    """So many a day by one member; who acts for nobody has no cap of this kind."""
    if case.request.member_id is None:
        return passes("member_cap", member_id=None)
    limit = Limit("Daily limit of this member", case.policy.member_day)
    return _tallied("member_cap", limit, case.ledger.member_day, case.now)


def workspace_cap(case: Case) -> Verdict:
    """So many automatic ones a day and a minute in the whole workspace."""
    if not case.request.automatic:
        return passes("workspace_cap", origin=case.request.origin)
    day = Limit("Daily limit of the workspace", case.policy.workspace_day)
    pace = Limit("Limit of the workspace per minute", case.policy.workspace_minute)
    today = _tallied("workspace_cap", day, case.ledger.workspace_day, case.now)
    return _tallied("workspace_cap", pace, case.ledger.workspace_minute, case.now) if today.allowed else today


def _tallied(key: str, limit: Limit, tally: Tally | None, now: datetime) -> Verdict:
    if tally is None:
        return blocks(key, f"{limit.name}: not counted", count=None, limit=limit.most)
    opens = tally.frees_at if limit.most else None
    if tally.count < limit.most or (opens is not None and opens <= now):
        return passes(key, count=tally.count, limit=limit.most)
    reason = f"{limit.name} {tally.count}/{limit.most}"
    return blocks(key, reason, until=opens, count=tally.count, limit=limit.most)


def _on(case: Case, channel: str) -> list[Sent]:
    return [one for one in case.sends if one.channel == channel]


def _frees(sends: Sequence[Sent], window: timedelta, most: int) -> datetime | None:
    """When fewer than `most` of these are in the window; never for a limit of none."""
    return sorted(one.at for one in sends)[len(sends) - most] + window if most else None


COOLDOWN = Guard("cooldown", "Cooldown", "Time passes between two outreaches: by channel, on any, by rule.", cooldown)
PERSON_CAP = Guard("person_cap", "Limit per person", "So many in rolling 24 hours and 7 days.", person_cap)
MEMBER_CAP = Guard("member_cap", "Limit per member", "So many by one member in rolling 24 hours.", member_cap)
WORKSPACE_CAP = Guard(
    "workspace_cap", "Limit per workspace", "So many automatic ones in rolling 24 hours and a minute.", workspace_cap
)
