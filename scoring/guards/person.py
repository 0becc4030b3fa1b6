"""Guards that ask for the person's own wish: do not contact, reachable, consent, an answer since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from scoring.guards.case import Case, Guard, blocks, passes, spelled
from scoring.guards.facts import EVERY_CHANNEL, NEEDS_PHONE, Consent, Verdict

CHANNELS = {"phone": "calls", "sms": "SMS", "whatsapp": "WhatsApp", "email": "e-mail"}
ANY = frozenset({EVERY_CHANNEL, "any"})
OPT_IN_ONLY = frozenset({"SA"})  # PDPL Art. 25: prior consent; having asked something is not enough
WITHDRAWN = "withdrawn"


def do_not_contact(case: Case) -> Verdict:
    """Nobody is contacted who must not be, or who asked for it on this channel."""
    key, person = "do_not_contact", case.person
    if person.do_not_contact is None:
        return blocks(key, "Not known whether to contact", do_not_contact=None)
    if person.do_not_contact:
        return blocks(key, "Do not contact", do_not_contact=True)
    if person.opted_out & (ANY | {case.request.channel}):
        told = "Opted out" if person.opted_out & ANY else f"Opted out of {named(case.request.channel)}"
        return blocks(key, told, do_not_contact=False, opted_out=sorted(person.opted_out))
    return passes(key, do_not_contact=False, opted_out=sorted(person.opted_out))


def reachable(case: Case) -> Verdict:
    """There is a number or an address to reach the person at."""
    key, channel = "reachable", case.request.channel
    has_phone, has_email = bool(case.person.phone), bool(case.person.email)
    if channel in NEEDS_PHONE and not has_phone:
        return blocks(key, "No phone number", channel=channel, has_phone=False)
    if channel == "email" and not has_email:
        return blocks(key, "No e-mail address", channel=channel, has_email=False)
    return passes(key, channel=channel, has_phone=has_phone, has_email=has_email)


def consent(case: Case) -> Verdict:
    """The person agreed to be contacted like this, and it still holds."""
    key, channel, now = "consent", case.request.channel, case.now
    about = [one for one in case.person.consents if one.channel in ANY | {channel} and one.granted_at <= now]
    newest = max(about, key=lambda one: (one.granted_at, one.basis == WITHDRAWN), default=None)
    if newest is not None and newest.basis == WITHDRAWN:
        return blocks(key, f"Consent to {named(channel)} withdrawn", withdrawn_at=spelled(newest.granted_at))
    held = [one for one in about if one.basis != WITHDRAWN and (one.expires_at is None or one.expires_at > now)]
    if held:
        return _recent_enough(case, max(held, key=lambda one: one.granted_at))
    if about:
        ended = max((one.expires_at for one in about if one.expires_at), default=None)
        return blocks(key, f"Consent to {named(channel)} has expired", expired_at=spelled(ended))
    return _without(case)


def _without(case: Case) -> Verdict:
    """Nothing is on record: having turned to us counts as agreeing, and a click is a person's own decision."""
    key, policy, heard = "consent", case.policy, case.person.last_inbound_at
    countries = sorted({place.country for place in case.person.places if place.country})
    inputs: dict[str, Any] = {"last_inbound_at": spelled(heard), "countries": countries}
    if not OPT_IN_ONLY & set(countries):
        if policy.consent_needed == "never" or (policy.consent_needed == "automatic" and not case.request.automatic):
            return passes(key, needed=False, **inputs)
        if heard is not None and heard > case.now - timedelta(days=policy.inquiry_days):
            return passes(key, basis="inquiry", **inputs)
    return blocks(key, f"No consent to {named(case.request.channel)} on record", **inputs)


def _recent_enough(case: Case, held: Consent) -> Verdict:
    """Consent of long ago is asked for anew before anything goes out by itself to somebody not heard of since."""
    key, days = "consent", case.policy.consent_recheck_days
    last = max(one for one in (held.granted_at, case.person.last_inbound_at) if one is not None)
    inputs: dict[str, Any] = {
        "basis": held.basis,
        "granted_at": spelled(held.granted_at),
        "expires_at": spelled(held.expires_at),
    }
    if case.request.automatic and last <= case.now - timedelta(days=days):
        return blocks(key, f"Consent is to be confirmed: not heard of for {days} days", **inputs, last_at=spelled(last))
    return passes(key, **inputs)


def reply_since(case: Case) -> Verdict:
    """Nothing goes out by itself to somebody who has answered since."""
    key, request, person = "reply_since", case.request, case.person
    if not request.automatic:
        return passes(key, origin=request.origin)
    if request.evidence_at is None:
        return blocks(key, "The signal it answers is not known", evidence_at=None)
    evidence = spelled(request.evidence_at)
    times = {
        "Replied": person.last_reply_at,
        "Got in touch": person.last_inbound_at,
        "Booked": person.booked_at,
        "Bounced": person.bounced_at,
    }
    since = {what: at for what, at in times.items() if at is not None and at > request.evidence_at}
    if since:
        what, at = next(iter(since.items()))
        return blocks(key, f"{what} since", evidence_at=evidence, since=spelled(at))
    until = _left_to_people_until(case)
    if until is not None and until > case.now:
        why = "Answered an automatic message: left to people"
        return blocks(key, why, until=until, evidence_at=evidence, replied_at=spelled(person.last_reply_at))
    return passes(key, evidence_at=evidence, last_inbound_at=spelled(person.last_inbound_at))


def _left_to_people_until(case: Case) -> datetime | None:
    """Whoever answers an automatic outreach within some days is talking to somebody now."""
    replied, days = case.person.last_reply_at, timedelta(days=case.policy.reply_pause_days)
    if replied is None:
        return None
    before = (one.at for one in case.sends if one.origin != "manual" and replied - days < one.at < replied)
    return replied + days if any(before) else None


def named(channel: str) -> str:
    """A channel in the words of a sentence."""
    return CHANNELS.get(channel, channel)


DO_NOT_CONTACT = Guard(
    "do_not_contact", "Do not contact", "Never anybody who is marked so or who opted out.", do_not_contact
)
REACHABLE = Guard("reachable", "Reachable", "There is a number or an address for the channel.", reachable)
CONSENT = Guard("consent", "Consent", "The person agreed to it, and the consent has neither ended nor aged.", consent)
REPLY_SINCE = Guard("reply_since", "Stop on reply", "No automatic outreach to who has answered since.", reply_since)
