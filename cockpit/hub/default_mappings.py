"""What the Hub is asked to do for an action while nobody has said otherwise.

ESCALATE_TO_SALES has none: it is for a colleague, not for the person.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cockpit.model.ids import WorkspaceId
from cockpit.storage.action_mappings import ActionMapping, list_action_mappings, upsert_action_mappings
from cockpit.storage.database import Connection

PRESET: Final = "preset"


def _mapping(action: str, hub_type: str, channel: str, english: str, arabic: str) -> ActionMapping:
    return ActionMapping(action, hub_type, channel, english, {"ar": arabic}, PRESET)


DEFAULTS: Final = (
    _mapping(
        "CALL_LEAD",
        "conversational",
        "phone",
        "Call back a person who tried to reach us. Ask what they need, answer it, and offer an appointment.",
        "اتصل بشخص حاول التواصل معنا. اسأله عما يحتاج إليه وأجبه واعرض عليه موعدًا.",
    ),
    _mapping(
        "SAY_HELLO",
        "conversational",
        "sms",
        "Greet a new contact by name, say who we are, and ask how we can help.",
        "رحّب بجهة اتصال جديدة باسمها وعرّف بنا واسأل كيف يمكننا المساعدة.",
    ),
    _mapping(
        "SEND_FOLLOW_UP",
        "informational",
        "email",
        "Follow up on our last conversation in two or three sentences and name the next step.",
        "تابع محادثتنا الأخيرة في جملتين أو ثلاث واذكر الخطوة التالية.",
    ),
    _mapping(
        "CHECK_INTEREST",
        "conversational",
        "sms",
        "Ask whether the person is still interested, without pressing, and offer to answer questions.",
        "اسأل الشخص بلطف إن كان لا يزال مهتمًا واعرض الإجابة عن أسئلته.",
    ),
    _mapping(
        "SEND_BOOKING_LINK",
        "appointment_booking",
        "sms",
        "Offer an appointment and send the booking link.",
        "اعرض موعدًا وأرسل رابط الحجز.",
    ),
    _mapping(
        "CONFIRM_APPOINTMENT",
        "confirmational",
        "sms",
        "Confirm the appointment of the coming day and ask for a short yes or no.",
        "أكّد موعد اليوم القادم واطلب إجابة قصيرة بنعم أو لا.",
    ),
    _mapping(
        "RESCHEDULE_APPOINTMENT",
        "appointment_booking",
        "phone",
        "An appointment was missed or cancelled: ask kindly for another time and book it.",
        "فات موعد أو أُلغي: اطلب بلطف وقتًا آخر واحجزه.",
    ),
    _mapping(
        "RECONNECT",
        "conversational",
        "sms",
        "Pick up the contact with somebody we have not heard from for a while; refer to what they asked for then.",
        "جدّد التواصل مع شخص لم نسمع منه منذ فترة وأشر إلى ما طلبه حينها.",
    ),
    _mapping(
        "RECOVER_CART",
        "conversational",
        "sms",
        "Remind of the cart that was left, and ask whether something is missing or unclear.",
        "ذكّر بسلة التسوق المتروكة واسأل إن كان هناك ما ينقص أو ما هو غير واضح.",
    ),
    _mapping(
        "REQUEST_REFERRAL",
        "conversational",
        "sms",
        "Thank a happy customer and ask whether they know somebody we could help.",
        "اشكر عميلًا راضيًا واسأله إن كان يعرف شخصًا يمكننا مساعدته.",
    ),
)


def add_missing(conn: Connection, workspace_id: WorkspaceId, now: datetime) -> int:
    """Add the defaults of actions that nobody mapped; answers how many."""
    known = {one.action_type for one in list_action_mappings(conn, workspace_id)}
    missing = [one for one in DEFAULTS if one.action_type not in known]
    upsert_action_mappings(conn, workspace_id, missing, now=now)
    return len(missing)
