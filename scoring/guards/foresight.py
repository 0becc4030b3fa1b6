"""What guards say of very many questions at once, as far as it does not depend on what was sent before.

foresee(quick, questions, longest) -> Foresight         instants in microseconds

A question is whether a rule may answer a signal. What depends on what went out (cooldowns, caps, a reply to it) is
asked one by one, in order. A test holds all of it against the guards themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scoring.guards.quick import Quick
from scoring.timetable import FAR

ASK: Final = -1  # nothing can be said: ask the guards
SAYS_NO: Final = {-2: "do_not_contact", -3: "reachable", -4: "consent"}
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Questions:
    """Everything that is known of them beforehand; each is of the instant of its signal."""

    at: Numbers
    refused: Flags  # do not contact, or opted out
    reachable: Flags
    unusual: Flags  # consent is on record, or the hours are not known: ask
    opt_in_only: Flags
    inbound: Numbers  # the last
    heard: Numbers  # the next time that the person does what a guard looks at
    opens: Numbers  # when the hours are right
    shuts: Numbers  # and until when


@dataclass(frozen=True, slots=True)
class Foresight:
    """The answers, if nothing was sent before."""

    opens: Sequence[
        int
    ]  # from when on all guards let it pass, which may be at once; or ASK, or one that SAYS_NO for good
    heard: Sequence[int]  # until when nothing changes but the hour
    shuts: Sequence[int]  # when the hours end that begin then
    agreed: Sequence[int]  # until when the person counts as having agreed


def foresee(quick: Quick, asked: Questions, longest: int) -> Foresight:
    """Answer them; `longest`: so long it is waited for the right hour."""
    agreed: Any = asked.inbound + quick.inquiry if quick.needs_consent else np.full_like(asked.at, FAR)
    no = [asked.refused, ~asked.reachable, asked.opt_in_only | (agreed <= asked.at)]
    heard = np.minimum(asked.heard, agreed)
    usual = ~asked.unusual & quick.all_on & quick.takes_some
    known = (asked.opens <= asked.at + longest) & (asked.opens < agreed)
    opens = np.where(usual, np.select(no, list(SAYS_NO), np.where(known, asked.opens, ASK)), ASK)
    return Foresight(opens.tolist(), np.where(usual, heard, ASK).tolist(), asked.shuts.tolist(), agreed.tolist())
