"""A small random history of a few people, as items for `receive`."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

Signal = dict[str, object]
TYPES = (
    *("MISSED_CALL", "EMAIL_SENT", "EMAIL_REPLIED", "CALL_COMPLETED", "SMS_SENT", "SMS_REPLIED", "PAGE_VISITED"),
    *("PRICING_VIEWED", "QUOTE_REQUESTED", "NO_REPLY", "ORDER_PLACED", "CUSTOM_TYPE", "OBJECTION", "UNSUBSCRIBED"),
)


def drawn(now: datetime, seed: int, *, people: int = 12, signals: int = 240) -> list[Signal]:
    random = Random(seed)
    made = [_signal(random, number, people, now) for number in range(signals)]
    return sorted(made, key=lambda signal: str(signal["occurred_at"]))


def _signal(random: Random, number: int, people: int, now: datetime) -> Signal:
    kind = random.choice(TYPES)
    # Whole hours, so that instants repeat within a person; a third falls on few days, so that the daily cap bites.
    hours = random.randint(1, 24 * 120) if random.random() < 0.7 else random.randint(1, 60)
    signal: Signal = {
        "source_event_id": f"e{number:04d}",
        "type": kind,
        "occurred_at": (now - timedelta(hours=hours)).isoformat(),
        "external_id": f"p{random.randrange(people)}",
    }
    if kind == "ORDER_PLACED":
        signal["value"] = round(random.uniform(5, 500), 2)
    if kind == "CUSTOM_TYPE":
        signal["direction"] = "outbound"
    return signal
