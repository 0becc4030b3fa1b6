"""Hostile and random `page` values: what the grammar accepts never leaves our origin.

`python -m tests.campaigns.page_values --values 200000`
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urljoin, urlsplit

from cockpit.access.pages import BLOCKED, address, is_page

OURS = "https://acme.crm.example.com"
PIECES = [
    "/", "//", "\\", "/\\", "..", ".", "%2f", "%2F", "%5c", "%2e%2e", "\t", "\n", "\r", "\0", " ", "?", "#", ";",
    "\u2215", "\uff0f", "\uff0e", "\u2028", "\u202e", "\u0430", "evil.example", "https:", "javascript:", "data:",
    "cockpit", "/cockpit", "/objects/", "/object/", "/settings/", "people", "person", "company", "deals", "profile",
    "@", ":", "welcome", "/verify", "create", "invite-team", "next=", "loginToken=",
    "6f0e7c1a-2f7b-5c55-9d3e-0a6f2b7a5c01", "a", "Z", "9", "-", "_",
]  # fmt: skip


def values(count: int, seed: int) -> Iterator[str]:
    """That many values, made of the pieces that attacks are made of."""
    dice = random.Random(seed)
    for _ in range(count):
        yield "".join(dice.choices(PIECES, k=dice.randint(1, 6)))


def leaves(page: str) -> bool:
    """Whether a browser that follows an accepted value would be anywhere but on an own, plain path."""
    for target in (page, address(page, embedded=True), address(page, embedded=False)):
        plain = target.replace("\\", "/").translate({9: None, 10: None, 13: None})  # as browsers read it
        for spelled in (target, plain, unquote(plain)):
            parts = urlsplit(urljoin(f"{OURS}/verify", spelled))
            if f"{parts.scheme}://{parts.netloc}" != OURS or BLOCKED.match(parts.path):
                return True
    return False


def main(words: Sequence[str] | None = None) -> int:
    """Run it from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--values", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(words)
    accepted = [page for page in values(asked.values, asked.seed) if is_page(page)]
    away = [page for page in accepted if leaves(page)]
    sys.stdout.write(f"{asked.values} values, {len(accepted)} accepted, {len(away)} leave the origin\n")
    return 1 if away or not accepted else 0


if __name__ == "__main__":
    sys.exit(main())
