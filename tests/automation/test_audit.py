"""A guard log that anybody touched is told from one that nobody touched, with nothing but the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from cockpit.automation.audit import Audit, exported, head_named, verify, verify_stored
from cockpit.automation.guard_log import append, canonical, linked, lock_chain
from cockpit.errors import InvalidInput
from cockpit.model.ids import WorkspaceId
from cockpit.storage.automation_tables import guard_head, guard_log
from cockpit.storage.database import Connection, Database
from cockpit.storage.guard_chain import GENESIS, Head

BODIES = [canonical({"event": "blocked", "reason": "Quiet hours until 09:00", "number": number}) for number in range(6)]
ENTRIES = linked(Head(0, GENESIS), [*BODIES, canonical({"event": "claimed", "name": "Zoë"})])
LINES = [canonical(asdict(entry)) for entry in ENTRIES]
HEAD = {"head": {"seq": 7, "hash": ENTRIES[-1].hash}}
FILE = "".join(f"{line}\n" for line in [*LINES, canonical(HEAD)]).encode()
SOME = settings(max_examples=150, deadline=None)


def looked_at(content: bytes, **more: Head) -> Audit:
    return verify(content.splitlines(keepends=True), **more)


def told(lines: Sequence[str], head: object = HEAD) -> list[str]:
    """What is wrong with these entries."""
    content = "".join(f"{line}\n" for line in (*lines, canonical(head)))  # type: ignore[arg-type]
    return [fault.what for fault in looked_at(content.encode()).faults]


class TestFile:
    def test_untouched_it_holds(self) -> None:
        assert looked_at(FILE) == Audit(7, Head(7, ENTRIES[-1].hash), ())
        assert looked_at(FILE, known=Head(3, ENTRIES[2].hash)).holds

    @SOME
    @given(st.data())
    def test_a_flipped_bit_is_found_wherever_it_is(self, data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(FILE) - 1))
        changed = bytearray(FILE)
        changed[place] ^= 1 << data.draw(st.integers(0, 7))
        assert not looked_at(bytes(changed)).holds

    @SOME
    @given(st.integers(0, len(FILE) - 1))
    def test_a_cut_is_found_wherever_it_is(self, place: int) -> None:
        assert not looked_at(FILE[:place]).holds
        assert not looked_at(FILE[:place] + FILE[place + 1 :]).holds

    @given(st.permutations(LINES).filter(lambda lines: lines != LINES))
    def test_every_other_order_is_found(self, lines: list[str]) -> None:
        assert told(lines) != []

    @given(st.sets(st.integers(0, len(LINES) - 1), min_size=1))
    def test_removed_entries_are_found(self, gone: set[int]) -> None:
        assert told([line for number, line in enumerate(LINES) if number not in gone]) != []

    def test_it_says_what_is_wrong(self) -> None:
        changed = canonical(asdict(ENTRIES[2]) | {"body": BODIES[2].replace("09:00", "08:00")})
        assert told([*LINES[:2], changed, *LINES[3:]]) == ["Entry 3 was changed: its hash is of something else."]
        assert told([*LINES[:2], *LINES[3:]]) == ["Entry 3 is missing."]
        assert told([*LINES[:2], *LINES[5:]]) == ["Entries 3 to 5 are missing."]
        assert told([LINES[0], LINES[2], LINES[1], *LINES[3:]]) == [
            "Entry 2 is missing.",
            "Entry 2 comes after entry 3: the order was changed.",
            "Entry 3 is missing.",
        ]
        assert told(LINES[:-1]) == ["The head of the chain is entry 7, the last one here is entry 6."]
        assert [fault.what for fault in looked_at(FILE[: FILE.rindex(b'{"head"')]).faults] == [
            "The log ends without the head of its chain: its end is missing."
        ]
        assert [fault.what for fault in looked_at(FILE + FILE).faults] == [
            "There is something after the head of the chain."
        ]

    def test_a_new_chain_up_to_an_entry_is_found_by_the_head_that_was_noted(self) -> None:
        noted = Head(7, ENTRIES[-1].hash)
        cut = told_with(LINES[:5], Head(5, ENTRIES[4].hash))
        assert looked_at(cut).holds
        assert [fault.what for fault in looked_at(cut, known=noted).faults] == [
            "Entry 7, which was noted, is not in the log."
        ]
        other = linked(Head(0, GENESIS), [BODIES[0], BODIES[0], *BODIES[2:], BODIES[0]])
        rewritten = told_with([canonical(asdict(entry)) for entry in other], Head(7, other[-1].hash))
        assert looked_at(rewritten).holds
        assert [fault.what for fault in looked_at(rewritten, known=noted).faults] == [
            "Entry 7 is not the one that was noted: this is another chain."
        ]

    def test_an_empty_log_holds_and_an_empty_file_does_not(self) -> None:
        assert looked_at(told_with([], Head(0, GENESIS))).holds
        assert not looked_at(b"").holds

    @pytest.mark.parametrize("text", ["", "7", f"7:{'g' * 64}", f"-1:{'0' * 64}", f"7:{'0' * 63}"])
    def test_what_is_no_head_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="A head is"):
            head_named(text)


def told_with(lines: Sequence[str], head: Head) -> bytes:
    """A file that ends with this head."""
    return "".join(f"{line}\n" for line in (*lines, canonical({"head": asdict(head)}))).encode()


FOUND = {
    "flipped": {"Entry 3 was changed: its hash is of something else."},
    "removed": {"Entry 3 is missing."},
    "reordered": {"Entry 2 was changed: its hash is of something else."},
}


def tamper(conn: Connection, workspace: WorkspaceId, how: str) -> None:
    """Flip a byte of the third entry, remove it, or let it change places with the second."""
    third = (guard_log.c.workspace_id == workspace, guard_log.c.seq == 3)
    if how == "flipped":
        conn.execute(update(guard_log).where(*third).values(body='{"number":3}'))
    elif how == "removed":
        conn.execute(delete(guard_log).where(*third))
    else:
        second = (guard_log.c.workspace_id == workspace, guard_log.c.seq == 2)
        for place, seq in ((third, 99), (second, 3), ((third[0], guard_log.c.seq == 99), 2)):
            conn.execute(update(guard_log).where(*place).values(seq=seq))


class TestStored:
    def test_what_is_exported_holds_as_what_is_stored_does(self, db: Database, workspace: WorkspaceId) -> None:
        with db.write(workspace) as conn:
            append(conn, lock_chain(conn, workspace), [{"number": number} for number in range(1_003)])
        with db.read(workspace) as conn:
            found = verify(line.encode() + b"\n" for line in exported(conn, workspace))
            assert found == verify_stored(conn, workspace)
        assert (found.holds, found.entries) == (True, 1_003)

    def test_nothing_attempted_is_an_empty_log(self, db: Database, workspace: WorkspaceId) -> None:
        with db.read(workspace) as conn:
            assert verify_stored(conn, workspace) == Audit(0, Head(0, GENESIS), ())
            assert verify(line.encode() + b"\n" for line in exported(conn, workspace)).holds

    def test_head_that_was_set_back_is_found(self, db: Database, workspace: WorkspaceId) -> None:
        with db.write(workspace) as conn:
            append(conn, lock_chain(conn, workspace), [{"number": number} for number in range(3)])
        with db.write(workspace) as conn:
            conn.execute(update(guard_head).where(guard_head.c.workspace_id == workspace).values(seq=9))
        with db.read(workspace) as conn:
            assert not verify_stored(conn, workspace).holds

    @pytest.mark.parametrize("how", ["flipped", "removed", "reordered"])
    def test_what_was_done_to_rows_is_found_where_they_are_and_in_an_export(
        self, db: Database, workspace: WorkspaceId, how: str
    ) -> None:
        with db.write(workspace) as conn:
            append(conn, lock_chain(conn, workspace), [{"number": number} for number in range(5)])
        with db.write(workspace) as conn:
            locked = db.engine_name == "postgresql"
            if locked:  # only the owner of the table can do this, and the program never does
                conn.execute(text("ALTER TABLE guard_log DISABLE TRIGGER USER"))
            tamper(conn, workspace, how)
            if locked:
                conn.execute(text("ALTER TABLE guard_log ENABLE TRIGGER USER"))
        with db.read(workspace) as conn:
            stored = verify_stored(conn, workspace)
            sent_away = verify(line.encode() + b"\n" for line in exported(conn, workspace))
        assert [fault.what for fault in stored.faults] == [fault.what for fault in sent_away.faults]
        assert {fault.what for fault in stored.faults} & FOUND[how]

    def test_entries_cannot_be_changed_or_are_found_when_they_were(self, db: Database, workspace: WorkspaceId) -> None:
        with db.write(workspace) as conn:
            append(conn, lock_chain(conn, workspace), [{"number": number} for number in range(3)])
        mine = update(guard_log).where(guard_log.c.workspace_id == workspace, guard_log.c.seq == 2)
        try:
            with db.write(workspace) as conn:
                conn.execute(mine.values(body='{"number":7}'))
        except DBAPIError:  # the database itself refuses
            return
        with db.read(workspace) as conn:
            assert [fault.place for fault in verify_stored(conn, workspace).faults] == [2]
