"""What an outreach will be, before anything is stored: shared by what sends and by what only rehearses.

attempt_id_of(workspace_id, wish) -> UUID
attempt_id_named(workspace_id, key) -> UUID
attempt_numbers(workspace_id) -> function                    from a key to the id as a number, for very many
key_of(rule_key, source, source_event_id) -> str
mapped(mapping, wish) -> ActionMapping | None
window_length(policy, rule, channel) -> timedelta
no_mapping(action_type) -> str
unmapped(wish) -> Verdict
holds(origin, opens_at, verdicts, *, since) -> bool          whether it waits for its guards, or is not made at all
longest_wait(guards) -> timedelta
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4, uuid5

from cockpit.automation.wish import Wish
from cockpit.model.ids import WorkspaceId
from cockpit.storage.action_mappings import ActionMapping
from scoring.guards.facts import RuleFacts, Verdict
from scoring.guards.policy import GuardPolicy

SHORTEST_WINDOW: Final = timedelta(seconds=60)  # two clicks on one button are one outreach, whatever the settings say
RULE_WAITS: Final = timedelta(hours=24)  # an automatic answer that comes later than this is not one any more
RULE_WAITS_FOR_HOURS: Final = timedelta(hours=96)  # what came in before a long weekend is answered after it
MARKS: Final = 5 << 76 | 0x8000 << 48
NO_MARKS: Final = ~(0xF000 << 64 | 0xC000 << 48)
HOURS: Final = frozenset({"quiet_hours", "active_hours"})


def attempt_id_of(workspace_id: WorkspaceId, wish: Wish) -> UUID:
    """A new id; for a wish with a key always the same."""
    return attempt_id_named(workspace_id, wish.key) if wish.key else uuid4()


def attempt_id_named(workspace_id: WorkspaceId, key: str) -> UUID:
    """The id of what is asked for under a key."""
    return uuid5(workspace_id, f"attempt:{key}")


def attempt_numbers(workspace_id: WorkspaceId) -> Callable[[str], int]:
    """From a key to the same id as a number, for who asks for very many."""
    begun = hashlib.sha1(workspace_id.bytes + b"attempt:", usedforsecurity=False)

    def number_of(key: str) -> int:
        """As uuid5 does: the first 128 bits, with the version and the variant in their places."""
        digest = begun.copy()
        digest.update(key.encode())
        return int.from_bytes(digest.digest()[:16]) & NO_MARKS | MARKS

    return number_of


def key_of(rule_key: str, source: str, source_event_id: str) -> str:
    """The name of what a rule makes of a signal."""
    return f"rule:{rule_key}:{source}:{source_event_id}"


def mapped(mapping: ActionMapping | None, wish: Wish) -> ActionMapping | None:
    """The mapping with what the wish says itself; None when neither says how the Hub does it."""
    said = (wish.hub_type, wish.channel, wish.instruction)
    if mapping is None:
        complete = all(one is not None for one in said)
        hub_type, channel, instruction = (one or "" for one in said)
        return ActionMapping(wish.action_type, hub_type, channel, instruction) if complete else None
    language = str((wish.request or {}).get("language") or "")
    own = (mapping.hub_type, mapping.channel, (mapping.translations or {}).get(language, mapping.instruction))
    hub_type, channel, instruction = (there if here is None else here for here, there in zip(said, own, strict=True))
    return replace(mapping, hub_type=hub_type, channel=channel, instruction=instruction)


def window_length(policy: GuardPolicy, rule: RuleFacts | None, channel: str) -> timedelta:
    """How long an outreach keeps others of its name away."""
    if rule is not None:
        return max(policy.rule_cooldown if rule.cooldown is None else rule.cooldown, SHORTEST_WINDOW)
    own = policy.cooldowns.get(channel) if policy.manual_cooldown else None
    return max(own or SHORTEST_WINDOW, SHORTEST_WINDOW)


def no_mapping(action_type: str) -> str:
    """Why an action that nobody mapped is not carried out."""
    return f"No mapping says how the Hub carries out {action_type}: add one in Settings > Hub."


def unmapped(wish: Wish) -> Verdict:
    """That nobody has said how the Hub does it."""
    inputs = {"action_type": wish.action_type}
    return Verdict("mapping", allowed=False, reason=no_mapping(wish.action_type), inputs=inputs)


def holds(origin: str, opens_at: datetime | None, verdicts: Iterable[Verdict], *, since: datetime) -> bool:
    """Whether something waits until its guards open; what nobody clicked a day, longer where only the hour is wrong."""
    if opens_at is None:
        return False
    return origin == "manual" or opens_at <= since + longest_wait(one.guard for one in verdicts if not one.allowed)


def longest_wait(guards: Iterable[str]) -> timedelta:
    """How long what nobody clicked waits for these guards."""
    return RULE_WAITS_FOR_HOURS if all(guard in HOURS for guard in guards) else RULE_WAITS
