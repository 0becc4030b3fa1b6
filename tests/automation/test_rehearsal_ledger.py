"""The counts of a rehearsal's ledger are those of plain lists, whatever happened to what waits."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from cockpit.automation.rehearsal_ledger import MINUTE, Books
from scoring.guards.policy import GuardPolicy
from scoring.guards.quick import DAY, Asked, Count, Gone

MEMBER = UUID(int=1)
POLICY = GuardPolicy(member_day=2, workspace_day=3, workspace_minute=2)
SECOND = 1_000_000


@pytest.mark.parametrize("seed", range(20))
def test_it_counts_as_plain_lists_do(seed: int) -> None:
    random, books = Random(seed), Books(DAY, POLICY)
    waits: dict[int, tuple[int, bool]] = {}  # by place, when each is due and whether a member has the person
    sent: list[tuple[int, bool]] = []
    now = 0
    for place in range(60):
        # What is due has left before anything later is asked.
        now = min([now + random.choice([0, SECOND, MINUTE, DAY // 3]), *(due for due, _ in waits.values())])
        due, owned = now + random.choice([0, SECOND, DAY]), random.random() < 0.7
        if waits and random.random() < 0.6:  # one goes, or all wait for another instant
            one = random.choice(list(waits))
            if random.random() < 0.6:
                books.end(one, MEMBER if waits[one][1] else None)
                books.send(one, Gone(now, "phone", automatic=True, of_rule=True), MEMBER if waits[one][1] else None)
                sent.append((now, waits.pop(one)[1]))
            else:
                books.postpone([(each, MEMBER if waits[each][1] else None) for each in waits], due)
                waits = {each: (due, owned) for each, (_, owned) in waits.items()}
        else:
            books.wait(place, MEMBER if owned else None, due)
            waits[place] = (due, owned)
        for before in (None, random.randrange(place + 2)):
            asked, known = Asked(), [one for one in waits if before is None or one < before]
            books.tell(asked, MEMBER, now, before)
            every = [at for at, _ in sent], [waits[one][0] for one in known]
            own = [at for at, owned in sent if owned], [waits[one][0] for one in known if waits[one][1]]
            assert asked.workspace_day == plainly(*every, now, DAY, POLICY.workspace_day)
            assert asked.member_day == plainly(*own, now, DAY, POLICY.member_day)
            assert asked.workspace_minute == plainly(every[0], [], now, MINUTE, POLICY.workspace_minute)
            assert books.has_room(now, before) == (asked.workspace_day.so_far < 3 and asked.workspace_minute.so_far < 2)
            assert books.member_has_room(MEMBER, now, before) == (asked.member_day.so_far < 2)


def plainly(sent: list[int], due: list[int], now: int, window: int, most: int) -> Count:
    times = sorted([*(at for at in sent if at > now - window), *due])
    return Count(len(times), times[len(times) - most] + window if len(times) >= most else None)
