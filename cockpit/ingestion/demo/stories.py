"""What happened to the people of the demo: one function per story, in minutes before now, later things last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Event:
    """One signal, so many minutes ago; `planned` is when a booking takes place, in minutes from now."""

    type: str
    ago: int
    value: float | None = None
    planned: int | None = None


Events = list[Event]
Story = Callable[[Random], Events]


def contact(random: Random, newest: int, oldest: int, rounds: int) -> Events:
    """An ordinary exchange: we write, they look or answer, and in the end it is nobody's turn."""
    events = []
    for _ in range(rounds):
        ago = random.randint(newest, oldest)
        events.append(Event(random.choice(("EMAIL_SENT", "SMS_SENT", "WHATSAPP_SENT")), ago + 180))
        events.append(Event(random.choice(("EMAIL_OPENED", "PAGE_VISITED", "EMAIL_CLICKED")), ago + 90))
        if random.random() < 0.6:
            events.append(Event(random.choice(("SMS_REPLIED", "EMAIL_REPLIED", "WHATSAPP_REPLIED")), ago + 40))
            events.append(Event("CALL_COMPLETED", ago + random.randint(1, 35)))
    return events


def missed_call(random: Random) -> Events:
    """They called a moment ago and nobody answered."""
    ago = random.choice((4, 9, 20, 45, 2 * HOUR, 5 * HOUR))
    return [*contact(random, 3 * DAY, 20 * DAY, 2), Event("PRICING_VIEWED", ago + 50), Event("MISSED_CALL", ago)]


def hot(random: Random) -> Events:
    """They ask for prices and answer at once."""
    recent = random.randint(1 * HOUR, 30 * HOUR)
    steps = [
        Event("PRICING_VIEWED", recent + 9 * HOUR),
        Event("PRICING_VIEWED", recent + 4 * HOUR),
        Event("QUOTE_REQUESTED", recent + 3 * HOUR),
        Event("CALL_COMPLETED", recent + 3 * HOUR - random.randint(2, 55)),
        Event("POSITIVE_SENTIMENT", recent + 2 * HOUR),
    ]
    taken = random.sample(steps, random.randint(1, 3))
    before = contact(random, 3 * DAY, 25 * DAY, random.randint(0, 2))
    return [*before, *taken, Event("BOOKING_LINK_CLICKED", recent)]


def waiting(random: Random) -> Events:
    """They wrote and wait for us."""
    kind = random.choice(("SMS_REPLIED", "EMAIL_REPLIED", "FORM_SUBMITTED", "CHAT_STARTED", "OBJECTION"))
    return [*contact(random, 3 * DAY, 25 * DAY, 3), Event(kind, random.randint(20, 40 * HOUR))]


def callback(random: Random) -> Events:
    """They asked for a call."""
    ago = random.randint(10, 6 * HOUR)
    planned = random.randint(-HOUR, 20 * HOUR)
    return [*contact(random, 2 * DAY, 9 * DAY, 1), Event("CALLBACK_REQUESTED", ago, planned=planned)]


def warm(random: Random) -> Events:
    """A conversation that goes on."""
    return contact(random, 18 * HOUR, 20 * DAY, random.randint(2, 5))


def no_reply(random: Random) -> Events:
    """We wrote, they did not answer."""
    ago = random.randint(2 * DAY, 6 * DAY)
    return [
        *contact(random, 8 * DAY, 30 * DAY, 2),
        Event("EMAIL_SENT", ago + 2 * DAY),
        Event("SMS_SENT", ago + DAY),
        Event("NO_REPLY", ago),
    ]


def stale(random: Random) -> Events:
    """They used to come every few days and stopped."""
    quiet = random.randint(16 * DAY, 29 * DAY)
    return [
        event for week in range(6) for event in contact(random, quiet + week * 3 * DAY, quiet + week * 3 * DAY + DAY, 1)
    ]


def once_engaged(random: Random) -> Events:
    """Engaged a month or two ago, quiet since."""
    quiet = random.randint(33 * DAY, 85 * DAY)
    return [
        *contact(random, quiet, quiet + 30 * DAY, 3),
        Event("QUOTE_REQUESTED", quiet + 2 * DAY),
        Event("CALL_COMPLETED", quiet + DAY),
    ]


def long_gone(random: Random) -> Events:
    """Engaged months ago."""
    quiet = random.randint(95 * DAY, 350 * DAY)
    return [
        *contact(random, quiet, quiet + 40 * DAY, 4),
        Event("FORM_SUBMITTED", quiet + 3 * DAY),
        Event("CALL_COMPLETED", quiet + 2 * DAY),
    ]


def old_customer(random: Random) -> Events:
    """Bought, was content, was not spoken to since."""
    quiet = random.randint(100 * DAY, 330 * DAY)
    amount = float(random.randint(4, 90) * 50)
    return [
        *contact(random, quiet + 5 * DAY, quiet + 30 * DAY, 2),
        Event("ORDER_PLACED", quiet + 2 * DAY, amount),
        Event("ORDER_COMPLETED", quiet, amount),
    ]


def new_customer(random: Random) -> Events:
    """Bought last week and is content: somebody to ask for a referral."""
    ago = random.randint(5 * DAY, 20 * DAY)
    amount = float(random.randint(4, 90) * 50)
    return [
        *contact(random, ago + DAY, ago + 20 * DAY, 2),
        Event("ORDER_PLACED", ago + 2 * HOUR, amount),
        Event("ORDER_COMPLETED", ago, amount),
        Event("POSITIVE_SENTIMENT", ago - 2 * DAY),
    ]


def booked(random: Random) -> Events:
    """Has an appointment soon."""
    ago = random.randint(2 * HOUR, 3 * DAY)
    planned = random.randint(2 * HOUR, 40 * HOUR)
    return [
        *contact(random, 4 * DAY, 15 * DAY, 2),
        Event("BOOKING_LINK_CLICKED", ago + 5),
        Event("APPOINTMENT_BOOKED", ago, planned=planned),
    ]


def no_show(random: Random) -> Events:
    """Did not come, or called it off."""
    ago = random.randint(3 * HOUR, 2 * DAY)
    kind = random.choice(("APPOINTMENT_NO_SHOW", "APPOINTMENT_CANCELLED"))
    return [
        *contact(random, 5 * DAY, 20 * DAY, 2),
        Event("APPOINTMENT_BOOKED", ago + 3 * DAY, planned=-ago),
        Event(kind, ago),
    ]


def cart(random: Random) -> Events:
    """Left a full cart."""
    ago = random.randint(30, 2 * DAY)
    return [
        Event("PAGE_VISITED", ago + 40),
        Event("PAGE_VISITED", ago + 20),
        Event("CART_ABANDONED", ago, float(random.randint(30, 400))),
    ]


def newcomer(random: Random) -> Events:
    """Came in today."""
    return [Event("PERSON_CREATED", random.randint(15, 30 * HOUR))]


def negative(random: Random) -> Events:
    """Objections and a bad mood."""
    ago = random.randint(2 * DAY, 9 * DAY)
    return [
        *contact(random, 10 * DAY, 30 * DAY, 2),
        Event("OBJECTION", ago + HOUR),
        Event("CALL_COMPLETED", ago),
        Event("NEGATIVE_SENTIMENT", ago),
    ]


def opted_out(random: Random) -> Events:
    """Asked to be left alone."""
    return [*contact(random, 6 * DAY, 30 * DAY, 2), Event("UNSUBSCRIBED", random.randint(DAY, 5 * DAY))]


def lost(random: Random) -> Events:
    """Went elsewhere."""
    ago = random.randint(10 * DAY, 60 * DAY)
    return [*contact(random, ago + DAY, ago + 30 * DAY, 3), Event("OPPORTUNITY_LOST", ago)]


def silent(random: Random) -> Events:
    """No signal at all: no data, which is not a zero."""
    del random
    return []


# How many people live through each story.
CAST: tuple[tuple[Story, int], ...] = (
    (missed_call, 24),
    (hot, 34),
    (waiting, 40),
    (callback, 10),
    (warm, 92),
    (no_reply, 30),
    (stale, 50),
    (once_engaged, 56),
    (long_gone, 40),
    (old_customer, 24),
    (new_customer, 14),
    (booked, 22),
    (no_show, 12),
    (cart, 12),
    (newcomer, 14),
    (negative, 8),
    (opted_out, 4),
    (lost, 8),
    (silent, 6),
)
