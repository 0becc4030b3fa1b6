"""The guard log: every attempt with every verdict, in one chain of hashes per workspace.

An entry is canonical JSON; its hash covers the previous hash and the text of the body, so that a changed, missing or
moved entry breaks the chain from there on. The head is locked first: writers of one workspace queue behind it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cockpit.model.ids import WorkspaceId
from cockpit.model.instants import spelled
from cockpit.storage.attempts import Attempt, attempt_asked
from cockpit.storage.database import Connection
from cockpit.storage.guard_chain import Entry, Head, get_head, insert_entries
from scoring.guards.facts import Verdict

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chain:
    """A workspace's chain, locked by this transaction."""

    workspace_id: WorkspaceId
    head: Head


def lock_chain(conn: Connection, workspace_id: WorkspaceId) -> Chain:
    """Hold the chain of a workspace: the first lock of whoever reserves, claims or writes to the log."""
    return Chain(workspace_id, get_head(conn, workspace_id))


def append(conn: Connection, chain: Chain, bodies: Iterable[Body], *, new: Attempt | None = None) -> Chain:
    """Add entries in this order, and the attempt they tell of when it is new; answers the chain as it is then."""
    entries = linked(chain.head, [canonical(body) for body in bodies])
    insert_entries(conn, chain.workspace_id, entries, [attempt_asked(chain.workspace_id, new)] if new else [])
    return Chain(chain.workspace_id, Head(entries[-1].seq, entries[-1].hash)) if entries else chain


def canonical(body: Body) -> str:
    """One spelling of a JSON document."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def hash_of(previous_hash: str, seq: int, body: str) -> str:
    """The hash of an entry: over its place, the hash before it, and its text."""
    return hashlib.sha256(f"{previous_hash}\n{seq}\n{body}".encode()).hexdigest()


def linked(head: Head, bodies: Sequence[str]) -> list[Entry]:
    """The entries that follow a head."""
    entries: list[Entry] = []
    seq, previous = head.seq, head.hash
    for body in bodies:
        seq += 1
        entries.append(Entry(seq, previous, hash_of(previous, seq, body), body))
        previous = entries[-1].hash
    return entries


def body_of(
    event: str, attempt: Attempt, *, now: datetime, state: str, verdicts: Sequence[Verdict] = (), **more: Any
) -> dict[str, Any]:
    """What the log says of an attempt; ids only, no names, numbers or addresses."""
    told = {
        "event": event,
        "at": spelled(now),
        "attempt_id": str(attempt.attempt_id),
        "person_id": str(attempt.person_id),
        "origin": attempt.origin,
        "rule_key": attempt.rule_key,
        "action_type": attempt.action_type,
        "channel": attempt.channel,
        "requested_by": attempt.requested_by and str(attempt.requested_by),
        "attempt_no": attempt.attempt_no,
        "state": state,
        "verdicts": [verdict_body(one) for one in verdicts],
    }
    return told | {name: value for name, value in more.items() if value is not None}


def verdict_body(verdict: Verdict) -> dict[str, Any]:
    """One verdict with the facts it was made from."""
    return {
        "guard": verdict.guard,
        "allowed": verdict.allowed,
        "reason": verdict.reason,
        "inputs": dict(verdict.inputs),
        "opens_at": verdict.opens_at and spelled(verdict.opens_at),
    }
