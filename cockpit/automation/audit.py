"""Proves a guard log: nothing in it was changed, removed, moved, or cut off at its end.

exported(conn, workspace_id) -> Iterator[str]        lines: an entry each, and the head of the chain last
verify(lines, *, known=None) -> Audit                needs nothing but the lines: no database, no workspace
verify_stored(conn, workspace_id) -> Audit           the log as it is stored, against the stored head

A chain of hashes proves that a log is whole up to its head. Whoever can write every row can also write a new chain: so
note the head somewhere else now and then, and hand it to `verify` as `known`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from cockpit.automation.guard_log import canonical, hash_of
from cockpit.errors import InvalidInput
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Connection
from cockpit.storage.guard_chain import GENESIS, Entry, Head, find_head, list_entries

PAGE = 1_000
MOST_FAULTS = 100
HASH_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written; `place` is a line of a file, or the number of an entry."""

    place: int
    what: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What became of looking at a whole log."""

    entries: int
    head: Head  # of the last entry
    faults: tuple[Fault, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults


@dataclass(slots=True)
class Walk:
    """Follows a chain entry by entry."""

    known: Head | None = None
    seq: int = 0
    hash: str = GENESIS
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    met: bool = False  # the head that is known from elsewhere was passed

    def step(self, entry: Entry, place: int) -> None:
        """Look at the next entry; after a fault it goes on from what the entry says of itself."""
        if entry.seq != self.seq + 1:
            self.fault(place, _out_of_order(self.seq, entry.seq))
        elif entry.previous_hash != self.hash:
            self.fault(place, f"Entry {entry.seq} does not follow the one before it.")
        if entry.hash != hash_of(entry.previous_hash, entry.seq, entry.body):
            self.fault(place, f"Entry {entry.seq} was changed: its hash is of something else.")
        self.seq, self.hash, self.count = entry.seq, entry.hash, self.count + 1
        if self.known is not None and self.known.seq == entry.seq:
            self.met = True
            if self.known.hash != entry.hash:
                self.fault(place, f"Entry {entry.seq} is not the one that was noted: this is another chain.")

    def end(self, head: Head | None, place: int) -> Audit:
        """Compare the last entry with the head of the chain."""
        if head is None:
            self.fault(place, "The log ends without the head of its chain: its end is missing.")
        elif (head.seq, head.hash) != (self.seq, self.hash):
            self.fault(place, f"The head of the chain is entry {head.seq}, the last one here is entry {self.seq}.")
        if self.known is not None and self.known.seq and not self.met:
            self.fault(place, f"Entry {self.known.seq}, which was noted, is not in the log.")
        return Audit(self.count, Head(self.seq, self.hash), tuple(self.faults))

    def fault(self, place: int, what: str) -> None:
        """Note what is wrong; after a hundred it is clear."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(place, what))


def exported(conn: Connection, workspace_id: WorkspaceId) -> Iterator[str]:
    """The log as lines of JSON; what is written meanwhile is not in it."""
    head = find_head(conn, workspace_id) or Head(0, GENESIS)
    for entry in _stored(conn, workspace_id, until=head.seq):
        yield canonical(asdict(entry))
    yield canonical({"head": asdict(head)})


def verify(lines: Iterable[bytes], *, known: Head | None = None) -> Audit:
    """Look at an exported log; every byte of it counts."""
    walk, head, place = Walk(known), None, 0
    for place, line in enumerate(lines, start=1):
        if head is not None:
            walk.fault(place, "There is something after the head of the chain.")
            break
        read = _line(line)
        if isinstance(read, Entry):
            walk.step(read, place)
        elif isinstance(read, Head):
            head = read
        else:
            walk.fault(place, read)
    return walk.end(head, place)


def verify_stored(conn: Connection, workspace_id: WorkspaceId, *, known: Head | None = None) -> Audit:
    """Look at the log of a workspace where it is stored."""
    walk, head = Walk(known), find_head(conn, workspace_id) or Head(0, GENESIS)
    for entry in _stored(conn, workspace_id, until=None):
        if entry.seq <= head.seq or head.seq == 0:
            walk.step(entry, entry.seq)
    return walk.end(head, walk.seq)


def head_named(text: str) -> Head:
    """A head as it is printed: `12:4f…`.

    Raises:
        InvalidInput: It is none.
    """
    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != HASH_DIGITS or set(digest) - set("0123456789abcdef"):
        raise InvalidInput("A head is the number of an entry, a colon and its hash of 64 digits.")
    return Head(int(number), digest)


def _stored(conn: Connection, workspace_id: WorkspaceId, *, until: int | None) -> Iterator[Entry]:
    after = 0
    while found := list_entries(conn, workspace_id, after=after, limit=PAGE):
        yield from (entry for entry in found if until is None or entry.seq <= until)
        after = found[-1].seq
        if until is not None and after >= until:
            return


def _line(line: bytes) -> Entry | Head | str:
    """What a line says, or what is wrong with it: it has to be spelled in the one way the log is."""
    try:
        text = line.decode("utf-8").removesuffix("\n")
        found = json.loads(text)
        spelled = canonical(found)
    except (ValueError, RecursionError):
        return "This line cannot be read."
    if text != spelled or not line.endswith(b"\n"):
        return "This line is not spelled as the log is."
    return _entry(found) or _head(found) or "This line is neither an entry nor the head of a chain."


def _entry(found: Any) -> Entry | None:
    if not isinstance(found, dict) or set(found) != set(Entry.__dataclass_fields__):
        return None
    texts = (found["previous_hash"], found["hash"], found["body"])
    return Entry(**found) if type(found["seq"]) is int and all(isinstance(one, str) for one in texts) else None


def _head(found: Any) -> Head | None:
    inner = found.get("head") if isinstance(found, dict) and set(found) == {"head"} else None
    if not isinstance(inner, dict) or set(inner) != {"seq", "hash"}:
        return None
    return Head(inner["seq"], inner["hash"]) if type(inner["seq"]) is int and isinstance(inner["hash"], str) else None


def _out_of_order(last: int, now: int) -> str:
    if now <= last:
        return f"Entry {now} comes after entry {last}: the order was changed."
    missing = now - last - 1
    what = f"Entry {last + 1} is" if missing == 1 else f"Entries {last + 1} to {now - 1} are"
    return f"{what} missing."
