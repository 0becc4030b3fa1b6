"""Preset files: what they bring, and the sentence for each slip."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cockpit.access.mapping_editor import check_mapping
from cockpit.errors import NotFound
from cockpit.hub.connection import CHANNELS, HUB_TYPES
from cockpit.presets.loader import PRESET_KEYS, get_preset, list_presets, read_preset
from cockpit.presets.preset import KINDS, LABEL, MAPPING, RULE, SIGNAL, TEMPLATE, VIEW, WORKFLOW, Artifact, Profile
from cockpit.presets.reading import InvalidPreset
from cockpit.storage.action_mappings import ActionMapping
from scoring.actions.registry import ACTIONS

GUIDE = {  # every profile that the guide names
    "real_estate": {"buyer_agent", "listing_agent", "broker"},
    "insurance": {"personal_lines", "general_insurance_advisor"},
    "mortgage": {"mortgage_agent", "broker_owner"},
    "financial_advisor": {"wealth_advisor", "practice_owner"},
    "generic": {"default"},
}
FLOWS = {
    "av_wf_manual_engage_person": ("Engage Person (Aventora)", "MANUAL", "START_AVENTORA_ENGAGEMENT"),
    "av_wf_new_person_say_hello": ("New Person: Say Hello (SMS)", "PERSON_CREATED", "START_AVENTORA_ENGAGEMENT"),
    "av_wf_new_person_qualify_call": ("New Person: Qualify (Call)", "PERSON_CREATED", "START_AVENTORA_ENGAGEMENT"),
    "av_wf_bulk_sms_checkin": ("Bulk SMS: Check Interest", "MANUAL", "START_AVENTORA_ENGAGEMENT_BULK"),
    "av_wf_bulk_reconnect": ("Bulk SMS: Reconnect", "MANUAL", "START_AVENTORA_ENGAGEMENT_BULK"),
    "av_wf_bulk_booking_link": ("Bulk SMS: Send Booking Link", "MANUAL", "START_AVENTORA_ENGAGEMENT_BULK"),
}
EVERY = [profile for preset in list_presets() for profile in preset.profiles]
HEAD = '[preset]\nlabel = { en = "A", ar = "ب" }\nabout = "x"\n[profile.default]\nname = { en = "A", ar = "ب" }\n'


def of_kind(profile: Profile, kind: str) -> dict[str, Artifact]:
    return {one.key: one for one in profile.artifacts if one.kind == kind}


def test_the_presets_and_profiles_of_the_guide() -> None:
    assert set(GUIDE) == set(PRESET_KEYS)
    for key, profiles in GUIDE.items():
        assert profiles <= {one.key for one in get_preset(key).profiles}


@pytest.mark.parametrize("profile", EVERY, ids=lambda one: one.key)
def test_every_profile_brings_every_kind(profile: Profile) -> None:
    kinds = {one.kind for one in profile.artifacts}
    assert set(KINDS) - kinds <= {SIGNAL}, "generic has the built-in types"
    assert len({(one.kind, one.key) for one in profile.artifacts}) == len(profile.artifacts)


@pytest.mark.parametrize("profile", EVERY, ids=lambda one: one.key)
def test_every_action_has_a_text_per_channel_that_the_hub_takes(profile: Profile) -> None:
    mapped = set(ACTIONS) - {"ESCALATE_TO_SALES"}  # that is for a colleague
    assert set(of_kind(profile, TEMPLATE)) == {f"{action}.{channel}" for action in mapped for channel in CHANNELS}
    assert set(of_kind(profile, MAPPING)) == mapped
    for key, one in of_kind(profile, MAPPING).items():
        check_mapping(ActionMapping(key, **one.body))
    for key, one in of_kind(profile, TEMPLATE).items():
        assert one.body["hub_type"] in HUB_TYPES
        assert not key.endswith(".email") or one.body["hub_type"] == "informational"
        assert re.search(r"[\u0600-\u06ff]", one.body["ar"])
        assert not re.search(r"[{}a-zA-Z]", one.body["ar"]), key
        assert "{" not in one.body["en"]


@pytest.mark.parametrize("profile", EVERY, ids=lambda one: one.key)
def test_rules_and_workflows_are_drafts(profile: Profile) -> None:
    rules = {key: one.body for key, one in of_kind(profile, RULE).items()}
    assert {key: (body["signal_type"], body["action_type"]) for key, body in rules.items()} == {
        "av_cockpit_missed_call": ("MISSED_CALL", "CALL_LEAD"),
        "av_cockpit_no_reply": ("NO_REPLY", "SEND_FOLLOW_UP"),
    }
    assert {(body["status"], body["enabled"], body["auto_execute"]) for body in rules.values()} == {
        ("DRAFT", False, False)
    }
    flows = of_kind(profile, WORKFLOW)
    assert set(flows) == set(FLOWS)
    for key, (name, trigger, step) in FLOWS.items():
        body = flows[key].body
        assert (body["title"], body["status"]) == (f"[preset:{key}] {name}", "DRAFT")
        assert (body["spec"]["trigger"]["type"], body["spec"]["steps"][-1]["type"]) == (trigger, step)


def test_a_profile_is_over_its_preset_is_over_what_all_share() -> None:
    preset = get_preset("real_estate")
    plain = {(one.kind, one.key): one.body for one in preset.artifacts("nobody")}
    seller = {(one.kind, one.key): one.body for one in preset.artifacts("listing_agent")}
    assert (plain[LABEL, "person"]["one"]["en"], seller[LABEL, "person"]["one"]["en"]) == ("Client", "Seller")
    assert plain[LABEL, "stage_new"] == seller[LABEL, "stage_new"]
    assert seller[SIGNAL, "VALUATION_REQUESTED"] == {
        **plain[SIGNAL, "VALUATION_REQUESTED"],
        "weight": 2.8,
        "response_minutes": 10,
    }
    assert "selling their property" in seller[TEMPLATE, "CALL_LEAD.phone"]["en"]
    assert seller[VIEW, "hot"] == plain[VIEW, "hot"]


def test_an_unknown_preset_is_said() -> None:
    with pytest.raises(NotFound, match="There is no preset pizza: it is one of real_estate, insurance"):
        get_preset("pizza")


ACTION = '[action.CALL_LEAD]\nhub_type = "conversational"\nchannel = "phone"\n'
TEXTS = "".join(f'[action.CALL_LEAD.{form}]\nen = "a"\nar = "ب"\n' for form in ("message", "email"))
SLIPS: list[Any] = [
    ("[preset", "x.toml is no TOML"),
    ("preset = 1", r"x.toml: \[preset\] must be a table"),
    ('[preset]\nlabel = { en = "A", ar = "ب" }\nabout = "x"', "names no profile"),
    ('[preset]\nlabel = { en = "A" }\n[profile.default]\n', r"\[preset\] lacks its text in ar"),
    (HEAD.replace('about = "x"', ""), "about is missing"),
    (HEAD.replace('name = { en = "A", ar = "ب" }', ""), r"\[profile.default\] lacks its text in en"),
    (HEAD + "[rulez.x]\n", r"there is no section \[rulez\]"),
    (HEAD + "[profile.default.rulez.x]\n", r"there is no section \[profile.default.rulez\]"),
    (HEAD + "[label]\nperson = 1\n", r"\[label\] must hold tables"),
    (HEAD + '[label."a b"]\n', r"\[label.a b\] must be a name"),
    (HEAD + '[label.person]\nmany = { en = "A", ar = "ب" }\n', "lacks `one`"),
    (HEAD + "[label.person]\nfew = {}\n", r"\[label.person\] has an unknown field: few"),
    (HEAD + '[field.x]\ntype = "blob"\n', r"\[field.x\] type cannot be 'blob'"),
    (HEAD + '[field.x]\ntype = "choice"\n', "needs `choices`"),
    (HEAD + '[fit.x]\nkind = "flag"\n', "judges a field that the preset does not have"),
    (HEAD + '[field.x]\ntype = "flag"\nlabel = { en = "A", ar = "ب" }\n[fit.x]\nkind = "pizza"\n', "kind cannot be"),
    (
        HEAD + '[field.x]\ntype = "choice"\nchoices = ["a"]\nlabel = { en = "A", ar = "ب" }\n'
        '[fit.x]\nkind = "category"\nweight_of_value = { b = 1.0 }\n',
        "weighs b, which is no choice",
    ),
    (HEAD + "[signal.X]\nweigth = 1\n", "unknown field: weigth"),
    (HEAD + "[action.DANCE]\n", r"\[action.DANCE\] is no action"),
    (HEAD + ACTION, r"\[action.CALL_LEAD.phone\] lacks its text in en"),
    (HEAD + ACTION + '[action.CALL_LEAD.phone]\nen = "{who}"\nar = "ب"\n' + TEXTS, "names a term that .* 'who'"),
    (HEAD + '[rule.x]\ntitle = "x"\nsignal = "NOPE"\naction = "CALL_LEAD"\n', r"\[rule.x\] signal cannot be 'NOPE'"),
    (HEAD + '[workflow.x]\ntitle = "x"\ntrigger = { type = "MANUAL" }\n', "has no steps"),
    (HEAD + '[workflow.x]\ntitle = "x"\ntrigger = { type = "MOON" }\n', "trigger type cannot be 'MOON'"),
    (HEAD + '[view.x]\ntitle = { en = "A", ar = "ب" }\npage = "/elsewhere"\nquery = "a=b"\n', "needs a page below"),
]


@pytest.mark.parametrize(("text", "says"), SLIPS)
def test_a_slip_is_named_with_its_place(text: str, says: str) -> None:
    with pytest.raises(InvalidPreset, match=says):
        read_preset("x", text)
