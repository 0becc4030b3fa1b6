"""Asks every guard: an outreach leaves only when all of them let it pass, and a guard that cannot decide does not.

judge(request, ledger, person, policy, now) -> tuple[Verdict, ...]      one each, in the order of the registry
ask(guard, case) -> Verdict                    of one
allowed(verdicts) -> bool
reason(verdicts) -> str | None                 of the first that blocks
opens_at(verdicts) -> datetime | None          not before; None when time alone does not open it
earliest(request, ledger, person, policy, now) -> datetime | None      when all will be open if nothing else happens
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scoring.guards.case import Case, Guard, blocks, passes
from scoring.guards.facts import GuardRequest, Ledger, PersonFacts, Verdict
from scoring.guards.policy import GuardPolicy
from scoring.guards.policy_json import ALWAYS_ON
from scoring.guards.registry import GUARDS
from scoring.quiet_hours import CannotDecide

MOST_STEPS = 50  # a cap may free by the minute, quiet hours by the day


def judge(
    request: GuardRequest, ledger: Ledger, person: PersonFacts, policy: GuardPolicy, now: datetime
) -> tuple[Verdict, ...]:
    """Every guard's verdict on a request at an instant."""
    case = Case(request, ledger, person, policy, now)
    return tuple(ask(guard, case) for guard in GUARDS.values())


def ask(guard: Guard, case: Case) -> Verdict:
    """One guard's verdict."""
    if guard.key in case.policy.off and guard.key not in ALWAYS_ON:
        return passes(guard.key, switched_off=True)
    try:
        return guard.check(case)
    except CannotDecide as error:
        return blocks(guard.key, str(error), undecided=True)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Facts of a kind nobody thought of: what cannot be decided is blocked, and the log says what it was.
        return blocks(
            guard.key, f"{guard.title} cannot decide", undecided=True, fault=f"{type(error).__name__}: {error}"
        )


def allowed(verdicts: Iterable[Verdict]) -> bool:
    """Whether every guard lets it pass; of no verdicts nothing does."""
    said = [one.allowed for one in verdicts]
    return bool(said) and all(said)


def reason(verdicts: Iterable[Verdict]) -> str | None:
    """Why it is blocked, by the first guard that blocks it."""
    return next((one.reason or one.guard for one in verdicts if not one.allowed), None)


def opens_at(verdicts: Iterable[Verdict]) -> datetime | None:
    """No guard opens before this; None when one of them waits for something else than time."""
    times = [one.opens_at for one in verdicts if not one.allowed]
    known = [one for one in times if one is not None]
    return max(known) if known and len(known) == len(times) else None


def earliest(
    request: GuardRequest, ledger: Ledger, person: PersonFacts, policy: GuardPolicy, now: datetime
) -> datetime | None:
    """When all guards will be open, if nothing else happens; a cooldown may end at night, so they are asked again."""
    at = now
    for _ in range(MOST_STEPS):
        verdicts = judge(request, ledger, person, policy, at)
        if allowed(verdicts):
            return at
        opens = opens_at(verdicts)
        if opens is None or opens <= at:
            return None
        at = opens
    return None
