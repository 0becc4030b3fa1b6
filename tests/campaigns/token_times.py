"""Does the time of an answer tell a wrong token from an unknown one? Asked ten thousand times each, in one process.

python -m tests.campaigns.token_times --times 10000 --engine duckdb|postgresql

`wrong`: the secret is wrong, the workspace is there. `unknown`: there is no such workspace. `used`: it was right once.
Which is asked next is drawn, so that a slow minute slows all of them. Beside the difference of the kinds stands the one
that is left when the same times are dealt to the kinds at random: what is no larger than that is noise.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random
from statistics import median
from uuid import uuid4

from cockpit.access import api_keys, credentials, login_tokens, sessions
from cockpit.model.ids import WorkspaceId
from cockpit.storage.database import Database
from tests.campaigns.databases import a_cockpit
from tests.campaigns.redeem_tokens import HOST, mint, prepare

DRAWS = 200
Ask = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two kinds of one credential, in microseconds."""

    what: str
    medians: Mapping[str, float]
    apart: float  # the largest difference of the medians of two kinds
    noise: float  # what 95 of 100 differences stay below when no kind is behind them

    @property
    def hidden(self) -> bool:
        """Whether the kinds differ no more than chance has them differ."""
        return self.apart <= self.noise

    def __str__(self) -> str:
        """One line."""
        told = ", ".join(f"{kind} {value:.1f} us" for kind, value in self.medians.items())
        return f"{self.what}: {told}; apart {self.apart:.2f} us, noise {self.noise:.2f} us"


def compare(what: str, ask: Ask, texts: Mapping[str, Callable[[], str]], times: int, chance: Random) -> Compared:
    """Ask so often of each kind, in a drawn order."""
    turns = [kind for kind in texts for _ in range(times)]
    chance.shuffle(turns)
    took: dict[str, list[int]] = {kind: [] for kind in texts}
    for kind in turns:
        text = texts[kind]()
        began = time.perf_counter_ns()
        answer = ask(text)
        took[kind].append(time.perf_counter_ns() - began)
        assert answer is None, kind
    medians = {kind: median(ones) / 1_000 for kind, ones in took.items()}
    apart = max(medians.values()) - min(medians.values())
    return Compared(what, medians, apart, noise_of(took, chance))


def noise_of(took: Mapping[str, list[int]], chance: Random) -> float:
    """How far medians of as many measurements lie apart when no kind is behind it: the kinds dealt anew."""
    everything = [one for ones in took.values() for one in ones]
    each, apart = len(everything) // len(took), []
    for _ in range(DRAWS):
        chance.shuffle(everything)
        dealt = [median(everything[start : start + each]) for start in range(0, each * len(took), each)]
        apart.append((max(dealt) - min(dealt)) / 1_000)
    return sorted(apart)[int(0.95 * DRAWS)]


def run(db: Database, times: int, seed: int) -> list[Compared]:
    """Login tokens, cookies of sessions and API keys."""
    chance, now = Random(seed), datetime.now(UTC)
    here, member_id = prepare(db)
    spent = mint(db, here, member_id)
    with db.write(here) as conn:
        assert login_tokens.redeem(conn, spent, HOST, now)
        ended = sessions.start(conn, here, member_id, mode="full", origin="sso", now=now)
        assert sessions.end(conn, ended, now)
    with ExitStack() as opened:
        # all workspaces: whichever a credential names
        conn = opened.enter_context(db.read())
        token, cookie = credentials.LOGIN_TOKEN, credentials.SESSION
        return [
            compare("login token", lambda text: redeemed(db, text, now), kinds(token, here, spent), times, chance),
            compare("session", lambda text: sessions.find(conn, text, now), kinds(cookie, here, ended), times, chance),
            compare("API key", partial(api_keys.find, conn), kinds(credentials.API_KEY, here, None), times, chance),
        ]


def kinds(prefix: credentials.Prefix, here: WorkspaceId, used: str | None) -> Mapping[str, Callable[[], str]]:
    """How a text of each kind comes about; a new one each time, as a guesser has them."""
    texts: dict[str, Callable[[], str]] = {
        "wrong": lambda: credentials.new(prefix, here),
        "unknown": lambda: credentials.new(prefix, WorkspaceId(uuid4())),
    }
    return {**texts, "used": lambda: used} if used else texts


def redeemed(db: Database, text: str, now: datetime) -> object:
    """What the door does: a transaction of its own, as a token that is right is used up in it."""
    # all workspaces: whichever a credential names
    with db.write() as conn:
        return login_tokens.redeem(conn, text, HOST, now)


def main() -> None:
    """Ask, and say what the times tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--engine", choices=("duckdb", "postgresql"), default="duckdb")
    asked = parser.parse_args()
    with a_cockpit(asked.engine) as cockpit:
        told = run(cockpit.db, asked.times, asked.seed)
    for one in told:
        print(f"{asked.engine}, {asked.times:,} times each: {one}")  # noqa: T201
    raise SystemExit(0 if all(one.hidden for one in told) else 1)


if __name__ == "__main__":
    main()
