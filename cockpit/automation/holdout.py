"""Holdout: a few people whom a rule leaves alone, always the same, so that its effect can be measured.

is_held_out(rule_key, person_id, percent) -> bool
"""

from __future__ import annotations

import hashlib
from uuid import UUID


def is_held_out(rule_key: str, person_id: UUID | str, percent: float) -> bool:
    """Whether a person is among them; the same answer for ever, and for each rule another choice of people."""
    digest = hashlib.sha256(f"{rule_key}|{person_id}".encode()).digest()
    return int.from_bytes(digest[:8]) < percent / 100 * 2**64
