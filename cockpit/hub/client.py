"""The Hub client: one outreach is asked for with one call, and the answer says what surely happened and what did not.

start(connection, request, still_ours=None) -> Sent | NotSent | Ambiguous     never retries by itself
find_sent(connection, reference) -> Sent | NotSent | Ambiguous                mode `lookup`: was it taken?
check(connection) -> Checked                                                  starts nothing
status(connection, engagement_id) -> Mapping                                  where a path is configured
pause | resume | cancel(connection, engagement_id)                            the same
list_email_templates(connection) -> tuple[EmailTemplate, ...]

Errors of the last four are a `HubError` with one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cockpit.errors import CockpitError
from cockpit.hub.calls import Answered, CallFailed, NotOurs, call
from cockpit.hub.connection import KEY, LOOKUP, HubConnection
from cockpit.hub.outcomes import Ambiguous, NotSent, Outcome, Sent
from cockpit.hub.request import StartRequest, body_of

LONGEST_WAIT = 3600.0
LONGEST_ID = 200
# Refusals that a Hub, or a proxy in front of it, also gives to what it has taken or may still take.
DOUBTFUL_REFUSALS = frozenset({408, 409, 425, 499})
MOVED = frozenset({301, 307, 308})  # unlike 302 and 303, these say that nothing was done
ABSENT = 404


class HubError(CockpitError):
    """The Hub does not do this."""

    status = 502


@dataclass(frozen=True, slots=True)
class Checked:
    """What a test of the connection found."""

    works: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class EmailTemplate:
    """A layout of the Hub's e-mails."""

    template_id: str
    name: str


def start(connection: HubConnection, request: StartRequest, still_ours: Callable[[], bool] | None = None) -> Outcome:
    """Ask the Hub for an outreach, once; `still_ours` is asked just before the first byte leaves."""
    try:
        body = body_of(connection, request)
        url = connection.address(connection.start_path)
    except CockpitError as error:
        return NotSent(error.message)
    headers = {connection.idempotency_header: request.idempotency_key} if connection.idempotency == KEY else {}
    try:
        answer = call(connection, "POST", url, body=body, headers=headers, still_ours=still_ours)
    except NotOurs:
        return NotSent("Another worker has this outreach.", again=True)
    except CallFailed as failed:
        if failed.written:
            return Ambiguous(str(failed), found=False)
        return NotSent(str(failed), found=False, again=True)
    return outcome_of(answer)


def outcome_of(answer: Answered) -> Outcome:
    """What an answer to a start means."""
    status = answer.status
    if 200 <= status < 300:
        engagement_id = _engagement_id(answer)
        if engagement_id is None:
            return Ambiguous("The Hub accepted, and its answer names no engagement.")
        return Sent(engagement_id)
    if status in MOVED:
        return NotSent(f"The Hub is at another address (HTTP {status}): correct its address in the settings.")
    if 400 <= status < 500 and status not in DOUBTFUL_REFUSALS:
        return _refused(answer)
    return Ambiguous(_said(f"The Hub answered {status}", answer), found=status < 500)


def find_sent(connection: HubConnection, reference: str) -> Outcome:
    """Ask the Hub whether it has taken the outreach that we call `reference`."""
    if connection.idempotency != LOOKUP or connection.lookup_path is None:
        return Ambiguous("The Hub cannot be asked what it has taken.")
    try:
        answer = call(connection, "GET", connection.address(connection.lookup_path, reference=reference))
    except CallFailed as failed:
        return Ambiguous(str(failed), found=False)
    if answer.status == ABSENT and answer.document is not None:  # a bare 404 may be a wrong path
        return NotSent("The Hub has not taken it.", again=True)
    engagement_id = _engagement_id(answer) if 200 <= answer.status < 300 else None
    return Sent(engagement_id) if engagement_id else Ambiguous(_said(f"The Hub answered {answer.status}", answer))


def check(connection: HubConnection) -> Checked:
    """Whether the address, the key and the domain work; nothing is started."""
    try:
        answer = _ask(connection, "GET", connection.account_path, domain=connection.domain_name)
    except CockpitError as error:
        return Checked(False, error.message)
    account = (answer.document or {}).get("account_id")
    if account in (None, ""):
        return Checked(False, "An answer came, but not that of a Hub: is the address right?")
    return Checked(True, f"The Hub answers, and knows the domain {connection.domain_name} as account {account}.")


def status(connection: HubConnection, engagement_id: str) -> Mapping[str, Any]:
    """What the Hub says of an engagement now, as it says it.

    Raises:
        HubError: it does not, or was not said to.
    """
    answer = _ask(connection, "GET", _declared(connection.status_path, "status"), engagement_id=engagement_id)
    if answer.document is None:
        raise HubError("The Hub's answer is not JSON.")
    return answer.document


def pause(connection: HubConnection, engagement_id: str) -> None:
    """Hold an engagement.

    Raises:
        HubError: the Hub does not, or was not said to.
    """
    _ask(connection, "POST", _declared(connection.pause_path, "pause"), engagement_id=engagement_id)


def resume(connection: HubConnection, engagement_id: str) -> None:
    """Let an engagement go on.

    Raises:
        HubError: the Hub does not, or was not said to.
    """
    _ask(connection, "POST", _declared(connection.resume_path, "resume"), engagement_id=engagement_id)


def cancel(connection: HubConnection, engagement_id: str) -> None:
    """End an engagement.

    Raises:
        HubError: the Hub does not, or was not said to.
    """
    _ask(connection, "POST", _declared(connection.cancel_path, "cancel"), engagement_id=engagement_id)


def list_email_templates(connection: HubConnection) -> tuple[EmailTemplate, ...]:
    """The Hub's layouts of e-mails.

    Raises:
        HubError: it does not answer.
    """
    said = _ask(connection, "GET", "/account-settings/email-templates").document or {}
    listed = said.get("templates")
    return tuple(
        EmailTemplate(str(one["id"])[:LONGEST_ID], str(one.get("name") or one["id"])[:LONGEST_ID])
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("id")
    )


def _ask(connection: HubConnection, method: str, path: str, **values: str) -> Answered:
    """The answer to something that reaches nobody."""
    try:
        answer = call(connection, method, connection.address(path, **values))
    except CallFailed as failed:
        raise HubError(str(failed)) from failed
    if 200 <= answer.status < 300:
        return answer
    refused = _refused(answer) if 400 <= answer.status < 500 else None
    raise HubError(refused.reason if refused else _said(f"The Hub answered {answer.status}", answer))


def _refused(answer: Answered) -> NotSent:
    """A refusal, in words that say what to do."""
    if answer.status == 429:
        wait = _wait(answer.headers.get("retry-after"))
        return NotSent("The Hub asks us to wait.", again=True, wait_seconds=wait)
    if answer.status in (401, 403):
        return NotSent(_said("The Hub refuses our key", answer))
    return NotSent(_said(f"Refused by the Hub ({answer.status})", answer))


def _wait(text: str | None) -> float | None:
    return min(float(text), LONGEST_WAIT) if text and text.isascii() and text.isdigit() else None


def _said(sentence: str, answer: Answered) -> str:
    return f"{sentence}: {answer.sentence}" if answer.sentence else f"{sentence}."


def _engagement_id(answer: Answered) -> str | None:
    """The Hub's name of what it took; where it keeps no engagement, the call's."""
    said = answer.document or {}
    found = next((said[name] for name in ("engagement_id", "call_sid") if said.get(name)), None)
    text = str(found) if isinstance(found, str | int) else ""
    return text if text.strip() and len(text) <= LONGEST_ID and text.isprintable() else None


def _declared(path: str | None, ability: str) -> str:
    if path is None:
        raise HubError(f"Nobody has said how this Hub does that: its {ability} path is not in the settings.")
    return path
