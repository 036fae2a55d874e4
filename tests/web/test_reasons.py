"""Every reason can be shown: a word, a state, whom it waits for, and what mends it."""

import pytest

from evosync.catalog.problem import NOTES, REASONS
from evosync.web.reasons import IN_VK, SENTENCES, SHOWN, WAITING, Form, Group, reason_of

# The codes of the table of reasons that are no product's own.
OF_THE_MIRROR = (
    *("sync_off", "never_confirmed", "connection_broken", "store_off", "group_off", "product_off"),
    *("vk_no_role", "vk_market_off", "vk_no_right", "vk_captcha", "queued"),
    *("unreachable", "not_in_till"),
)


def test_every_code_has_its_entry_and_its_sentence() -> None:
    assert set(SHOWN) == {*REASONS, *OF_THE_MIRROR}
    assert set(SENTENCES) == set(OF_THE_MIRROR)


@pytest.mark.parametrize("code", SHOWN)
def test_an_entry_can_be_shown(code: str) -> None:
    reason = SHOWN[code]
    assert 0 < len(reason.badge) <= 24
    assert reason.told
    assert not reason.told.endswith(".")
    for button in reason.buttons:
        leads = (button.form is not None, bool(button.route), button.in_vk)
        assert sum(leads) == 1, button.label
        assert (button.form is Form.ADOPT) == bool(button.answer)


def test_notes_are_notes_and_only_what_waits_is_coloured() -> None:
    assert {code for code, reason in SHOWN.items() if reason.group is Group.NOTE} == NOTES
    for code, reason in SHOWN.items():
        assert (reason.kind in {"warning", "danger"}) == reason.waits, code


def test_what_waits_for_the_owner_names_a_way_out() -> None:
    for code in WAITING:
        assert SHOWN[code].buttons or SHOWN[code].advice, code


def test_a_code_of_another_version_is_shown_all_the_same() -> None:
    assert reason_of("of_tomorrow").waits
    assert reason_of("no_price").badge == "Нет цены"
    assert IN_VK.kind == "success"
