"""Webhooks that are forged, changed, late, repeated or meant for others, against a server that answers on a port.

python -m tests.campaigns.forged_webhooks --times 10000 --engine duckdb|postgresql

Every hundredth is genuine, so that it is seen that the door opens at all. Afterwards the signals of all workspaces are
counted: there is one for each that was genuine, and nothing else.
"""

from __future__ import annotations

import argparse
import base64
import http.client
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from fastapi import FastAPI

from cockpit.api.application import add_routes
from cockpit.api.hub_webhook import PATH
from cockpit.api.sessions import Sessions
from cockpit.bootstrap import Cockpit
from cockpit.hub import signatures
from cockpit.hub.fake.webhooks import Target
from cockpit.hub.webhook_secrets import forget_old_webhook_secret, renew_webhook_secret
from cockpit.hub.wiring import Wiring, connect
from cockpit.ingestion.start import start_workspace
from cockpit.model.ids import WorkspaceId
from cockpit.settings import Settings
from cockpit.storage.signals import count_signals
from tests.campaigns.databases import a_cockpit
from tests.campaigns.listening import listening

GENUINE_EVERY = 100
STATIC_SECRET = "static-secret-of-old"  # noqa: S105 - of a test
NAMES = ("north", "south", "old")  # two whose Hub signs, one whose Hub sends a plain secret


@dataclass(frozen=True, slots=True)
class Post:
    """One delivery as it goes over the wire."""

    to: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(slots=True)
class Keys:
    """The secrets, and what was sent with them."""

    secrets: dict[str, str]
    forgotten: dict[str, str]
    chance: Random
    number: int = 0
    taken: list[Post] = field(default_factory=list)

    def genuine(self, to: str, *, late: float = 0.0, secret: str | None = None) -> Post:
        """A delivery as the Hub of a workspace makes it."""
        self.number += 1
        at = datetime.now(UTC) - timedelta(seconds=late)
        told = {
            "event_type": "engagement.updated",
            "engagement_id": f"eng_{to}_{self.number}",
            "status": "completed",
            "outcome": "no_answer",
            "channel": "phone",
            "direction": "outbound",
            "contact_identifier": f"+1212555{self.number % 10_000:04d}",
            "sent_at": (datetime.now(UTC) - timedelta(hours=1)).isoformat(),
        }
        body = json.dumps(told).encode()
        target = Target(secret=secret or self.secrets[to], signed=to != "old")
        return Post(to, body, target.headers(body, at))


def unproved(keys: Keys, to: str) -> Post:
    """No proof at all."""
    return replace(keys.genuine(to), headers={"content-type": "application/json"})


def of_a_stranger(keys: Keys, to: str) -> Post:
    """Proved with a secret that was made up."""
    return keys.genuine(to, secret=signatures.new_secret())


def of_another(keys: Keys, to: str) -> Post:
    """Proved with the secret of another workspace."""
    other = keys.chance.choice([name for name in NAMES if name != to])
    if "old" in (to, other):
        return replace(keys.genuine(to), headers={signatures.STATIC_HEADER: keys.secrets[other]})
    return keys.genuine(to, secret=keys.secrets[other])


def sent_elsewhere(keys: Keys, to: str) -> Post:
    """What another workspace got, word for word."""
    return replace(keys.genuine(keys.chance.choice([name for name in NAMES if name != to])), to=to)


def changed_body(keys: Keys, to: str) -> Post:
    """One bit of the body is not what was signed; where only a secret is sent, one bit of that."""
    post = keys.genuine(to)
    if to == "old":
        return guessed(keys, to)
    body = bytearray(post.body)
    body[keys.chance.randrange(len(body))] ^= 1 << keys.chance.randrange(8)
    return replace(post, body=bytes(body))


def changed_proof(keys: Keys, to: str) -> Post:
    """The number, the instant or the signature is not what was signed."""
    post = keys.genuine(to)
    if to == "old":
        return guessed(keys, to)
    name = keys.chance.choice((signatures.ID, signatures.TIMESTAMP, signatures.SIGNATURE))
    value = post.headers[name]
    if name == signatures.ID:
        value += "x"
    elif name == signatures.TIMESTAMP:
        value = str(int(value) + keys.chance.choice((-1, 1)))
    else:
        digest = bytearray(base64.b64decode(value.removeprefix("v1,")))
        digest[keys.chance.randrange(len(digest))] ^= 1 << keys.chance.randrange(8)
        value = "v1," + base64.b64encode(digest).decode()
    return replace(post, headers={**post.headers, name: value})


def late(keys: Keys, to: str) -> Post:
    """Signed well, and more than five minutes ago or ahead; a plain secret says nothing of time."""
    if to == "old":
        return unproved(keys, to)
    away = keys.chance.uniform(signatures.TOLERANCE_SECONDS + 60, 10**6)
    return keys.genuine(to, late=away * keys.chance.choice((-1, 1)))


def repeated(keys: Keys, to: str) -> Post:
    """What was taken before, byte for byte."""
    before = [post for post in keys.taken if post.to == to]
    return keys.chance.choice(before) if before else unproved(keys, to)


def plain(keys: Keys, to: str) -> Post:
    """The signing secret itself in the header of the older way, and the other way round."""
    post = keys.genuine(to)
    if to == "old":
        return replace(post, headers=Target(secret=signatures.new_secret(), signed=True).headers(post.body, now()))
    return replace(post, headers={signatures.STATIC_HEADER: keys.secrets[to]})


def forgotten(keys: Keys, to: str) -> Post:
    """A secret that was renewed and forgotten."""
    return keys.genuine(to, secret=keys.forgotten[to])


def guessed(keys: Keys, to: str) -> Post:
    """Nearly the secret."""
    secret = keys.secrets[to]
    near = (secret[:-1], secret + "x", secret.upper(), secret.swapcase(), secret[1:], "", f" {secret[:-1]} ", "*", "%")
    return replace(keys.genuine(to), headers={signatures.STATIC_HEADER: keys.chance.choice(near)})


def unsigned(keys: Keys, to: str) -> Post:
    """A signature of another kind, or none where one belongs."""
    post = keys.genuine(to)
    given = post.headers.get(signatures.SIGNATURE, "v1,")
    bare = given.removeprefix("v1,")
    odd = ("", "v1,", "v1", f"v0,{bare}", f"v1a,{bare}", bare, f"v1,{bare[:-4]}", f"v2,{bare}", "v1,none", f"V1,{bare}")
    return replace(
        post,
        headers={
            **{name: value for name, value in post.headers.items() if name != signatures.STATIC_HEADER},
            signatures.SIGNATURE: keys.chance.choice(odd),
        },
    )


FORGERIES: tuple[Callable[[Keys, str], Post], ...] = (
    unproved,
    of_a_stranger,
    of_another,
    sent_elsewhere,
    changed_body,
    changed_proof,
    late,
    repeated,
    plain,
    forgotten,
    guessed,
    unsigned,
)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def prepare(cockpit: Cockpit, chance: Random) -> tuple[Keys, dict[str, WorkspaceId]]:
    """Three workspaces, each with a Hub; every secret was renewed once."""
    secrets, gone, ids = {}, {}, {}
    for name in NAMES:
        with cockpit.db.write() as conn:
            ids[name] = start_workspace(conn, subdomain=name, name=name, time_zone="UTC", now=now())
        first = STATIC_SECRET + "-once" if name == "old" else signatures.new_secret()
        wiring = Wiring(base_url="https://hub.example.com", api_key="k", domain_name=name, webhook_secret=first)
        with cockpit.db.write(ids[name]) as conn:
            connect(conn, ids[name], cockpit.settings, wiring, now())
            if name == "old":
                second = STATIC_SECRET
                connect(conn, ids[name], cockpit.settings, replace(wiring, webhook_secret=second), now())
            else:
                second = renew_webhook_secret(conn, ids[name], cockpit.settings, now())
            forget_old_webhook_secret(conn, ids[name], now())
        secrets[name], gone[name] = second, first
    return Keys(secrets, gone, chance), ids


def posted(connection: http.client.HTTPConnection, post: Post) -> str:
    """What the server says: a status, and what became of a delivery that was taken."""
    headers = {"content-type": "application/json", **post.headers, "host": f"{post.to}.localhost:8501"}
    connection.request("POST", PATH, body=post.body, headers=headers)
    answer = connection.getresponse()
    said = answer.read()
    return f"200 {json.loads(said)['data']['status']}" if answer.status == 200 else str(answer.status)


def run(cockpit: Cockpit, times: int, seed: int = 7) -> dict[str, Counter[str]]:
    """So many posts; what became of each kind."""
    chance, seen = Random(seed), dict[str, Counter[str]]()
    keys, ids = prepare(cockpit, chance)
    with (
        listening(application(cockpit)) as port,
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection,
    ):
        for kind, post in posts(keys, times):
            seen.setdefault(kind, Counter())[posted(connection, post)] += 1
            if kind == "genuine":
                keys.taken.append(post)
    for name, workspace_id in ids.items():
        wanted = sum(post.to == name for post in keys.taken)
        with cockpit.db.read(workspace_id) as conn:
            assert count_signals(conn, workspace_id) == wanted, f"{name} has signals that nobody may have sent"
    return seen


def posts(keys: Keys, times: int) -> Iterator[tuple[str, Post]]:
    """The genuine ones first of each hundred, then forgeries of all kinds."""
    for number in range(times):
        if number % GENUINE_EVERY < len(NAMES):
            yield "genuine", keys.genuine(NAMES[number % GENUINE_EVERY])
        else:
            forge = keys.chance.choice(FORGERIES)
            yield forge.__name__, forge(keys, keys.chance.choice(NAMES))


def application(cockpit: Cockpit) -> FastAPI:
    """The server's routes, with no limit that would answer in place of the check."""
    app = FastAPI(openapi_url=None)
    values = {**cockpit.settings.model_dump(), "secret_key": "k" * 40, "rate_limit": "1000000/second"}
    sessions = Sessions(Settings.model_validate(values), cockpit=lambda: cockpit)
    add_routes(app, sessions, lambda: cockpit, worker_runs=lambda: True)
    return app


def check(seen: Mapping[str, Counter[str]]) -> None:
    """What must hold: the genuine ones are taken, a repeated one is told so, everything else is refused."""
    for kind, answers in seen.items():
        wanted = {"genuine": {"200 accepted"}, "repeated": {"200 duplicate", "401"}}.get(kind, {"401"})
        assert set(answers) <= wanted, (kind, answers)


def main() -> None:
    """Run the campaign and print what it saw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--engine", choices=["duckdb", "postgresql"], default="postgresql")
    asked = parser.parse_args()
    began = time.monotonic()
    with a_cockpit(asked.engine) as cockpit:
        seen = run(cockpit, asked.times)
    for kind, answers in sorted(seen.items()):
        print(f"{kind}: {dict(answers)}")  # noqa: T201
    check(seen)
    forged = sum(answers.total() for kind, answers in seen.items() if kind != "genuine")
    told = f"{forged:,} forged, changed, late or repeated, 0 accepted; {seen['genuine'].total()} genuine, all accepted"
    print(f"{asked.engine}: {told}; {time.monotonic() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
