"""Guards that ask for the rule: on since before the signal, not paused, not above what its rehearsal said."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

from scoring.guards.case import Case, Guard, blocks, passes, spelled
from scoring.guards.facts import Verdict

DAY = timedelta(days=1)


def paused(case: Case) -> Verdict:
    """Somebody, or the rule's own fuse, has stopped it."""
    key, policy, request, person = "paused", case.policy, case.request, case.person
    if policy.paused == "all" or (policy.paused == "automatic" and request.automatic):
        by = f" by {policy.paused_by}" if policy.paused == "all" and policy.paused_by else ""
        told = "Everything is paused" if policy.paused == "all" else "Automation is paused"
        return blocks(key, told + by, paused=policy.paused, paused_at=spelled(policy.paused_at))
    if not request.automatic:
        return passes(key, paused=policy.paused)
    if person.rules_stopped_at is not None:
        return blocks(key, "Automation is stopped for this person", stopped_at=spelled(person.rules_stopped_at))
    if case.rule.paused_at is not None:
        why = f": {case.rule.paused_why}" if case.rule.paused_why else ""
        return blocks(key, f"The rule is paused{why}", paused_at=spelled(case.rule.paused_at))
    return passes(key, paused=policy.paused)


def enabled_since(case: Case) -> Verdict:
    """A rule acts on what happened after it was switched on."""
    key, request = "enabled_since", case.request
    if not request.automatic:
        return passes(key, origin=request.origin)
    rule = case.rule
    if not rule.enabled or rule.enabled_at is None:
        return blocks(key, "The rule is switched off", enabled=rule.enabled)
    if request.evidence_at is None:
        return blocks(key, "The signal it answers is not known", evidence_at=None)
    inputs: dict[str, Any] = {"enabled_at": spelled(rule.enabled_at), "evidence_at": spelled(request.evidence_at)}
    if request.evidence_at < rule.enabled_at:
        return blocks(key, "The signal is older than the rule", **inputs)
    return passes(key, **inputs)


def fuse(case: Case) -> Verdict:
    """A rule that reaches far more people than its rehearsal said is stopped."""
    key, request, policy = "fuse", case.request, case.policy
    if request.origin != "rule":
        return passes(key, origin=request.origin)
    rate, tally = case.rule.rehearsed_rate, case.ledger.rule_day
    if rate is None:
        return blocks(key, "The rule has not been rehearsed", rehearsed_rate=None)
    if tally is None:
        return blocks(key, "What the rule has done is not counted", count=None)
    limit = max(ceil(policy.fuse_factor * rate), policy.fuse_floor)
    inputs: dict[str, Any] = {"count": tally.count, "limit": limit, "rehearsed_rate": rate}
    if tally.count < limit:
        return passes(key, **inputs)
    return blocks(key, f"Fuse: {tally.count} people in 24 h, rehearsed {rate:g}", **inputs)


PAUSED = Guard("paused", "Pause", "Nothing leaves while the workspace, the person or the rule is stopped.", paused)
ENABLED_SINCE = Guard(
    "enabled_since", "Only new signals", "Signals from before the rule was on stay alone.", enabled_since
)
FUSE = Guard("fuse", "Fuse", "A rule far above its rehearsed rate stops itself.", fuse)
