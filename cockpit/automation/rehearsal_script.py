"""Everything that a play of a rule through the past needs, and the words in which its guards say no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple
from uuid import UUID

from cockpit.automation.rehearsal_facts import People
from cockpit.automation.rehearsal_steps import Cues, Refused
from scoring.guards.case import Case
from scoring.guards.facts import GuardRequest, Ledger, RuleFacts, Sent, Tally
from scoring.guards.judge import ask
from scoring.guards.policy import GuardPolicy
from scoring.guards.quick import Asked, Count, Gone
from scoring.guards.registry import GUARDS
from scoring.instants import instant_of

# In a rehearsal the rule is on since before its first signal, nobody has stopped it, and its fuse is not known yet.
PASS_ALL: Final = frozenset({"paused", "enabled_since", "fuse"})


class Other(NamedTuple):
    """Something that went out for another reason."""

    who: int | None  # None: somebody of whom nothing is asked
    gone: Gone
    owner_id: UUID | None


@dataclass(frozen=True, slots=True)
class Script:
    """A rule, and the past it is played through."""

    rule: RuleFacts
    channel: str | None  # None: no mapping says how the action is carried out
    action_type: str
    holdout_percent: float
    policy: GuardPolicy
    people: People
    cues: Cues
    others: Sequence[Other]
    until: int

    def reason_of(self, refused: Refused, who: int) -> str | None:
        """Why a guard said no of somebody, in its own words."""
        return ask(GUARDS[refused.guard], self._case(refused, who)).reason

    def _case(self, refused: Refused, who: int) -> Case:
        asked, rule, people = Asked(), self.rule, self.people
        owner = people.owners[who]
        people.tell(asked, who, refused.at)
        request = GuardRequest(
            channel=self.channel or "",
            origin="rule",
            rule=rule,
            evidence_at=instant_of(refused.evidence_at),
            member_id=None if owner is None else str(owner),
        )
        counts = (refused.member_day, refused.workspace_day, refused.workspace_minute)
        ledger = Ledger(tuple(_sent(one, rule.rule_key) for one in refused.sends), *map(_tally, counts))
        return Case(request, ledger, people.facts(asked), self.policy, instant_of(refused.at))


def _sent(gone: Gone, rule_key: str) -> Sent:
    """An outreach as guards take it; of the others it does not matter which rule they were of."""
    origin: Literal["rule", "manual"] = "rule" if gone.automatic else "manual"
    return Sent(instant_of(gone.at), gone.channel, origin, rule_key if gone.of_rule else None)


def _tally(count: Count) -> Tally:
    return Tally(count.so_far, None if count.frees_at is None else instant_of(count.frees_at))
