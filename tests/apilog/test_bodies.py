"""Bodies as the log keeps them: no secret and nobody's name in them, wherever they were cut."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evosync.apilog.bodies import answer_in_clear, asked_in_clear, cut_safely
from evosync.apilog.entry import CUT_BYTES, Bodies
from evosync.redact import MASK

TOKEN = "vk1.a.Qw3rTy-UiOp_As0dFg"
HEX = "0a1b2" * 17


def answered(body: object, **parts: object) -> str:
    """Return an answer as it is kept: bytes as they are, the rest as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    bodies = Bodies(asked="", answer=cut_safely(raw), answer_bytes=len(raw), **parts)  # type: ignore[arg-type]
    return answer_in_clear(bodies)


def asked(form: dict[str, str]) -> dict[str, str]:
    told: dict[str, str] = json.loads(
        asked_in_clear(Bodies(asked=form, answer=b"", answer_bytes=0))
    )
    return told


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        pytest.param({"name": "Чай", "price": 290.5}, {"name": "Чай", "price": 290.5}, id="goods"),
        pytest.param({"code": "17", "error_code": 5}, {"code": "17", "error_code": 5}, id="codes"),
        pytest.param({"access_token": "x7"}, {"access_token": MASK}, id="by name"),
        pytest.param({"token": None, "a": [True]}, {"token": None, "a": [True]}, id="no secret"),
        pytest.param({"error_msg": f"bad {TOKEN}!"}, {"error_msg": "bad ***!"}, id="by look"),
        pytest.param(
            [{"key": "access_token", "value": "x7"}, {"key": "v", "value": "5.199"}],
            [{"key": "access_token", "value": MASK}, {"key": "v", "value": "5.199"}],
            id="as VK repeats parameters",
        ),
        pytest.param(
            {"response": [{"id": 1, "first_name": "Анна", "last_name": "Чайкина"}]},
            {"response": [{"id": 1, "first_name": MASK, "last_name": MASK}]},
            id="a person",
        ),
        pytest.param(
            {"desc": "пишите anna@tea.example или 8 (916) 123-45-67", "tel": 79161234567},
            {"desc": "пишите *** или ***", "tel": MASK},
            id="mail and phone",
        ),
        pytest.param(
            {"upload_url": "https://pu.vk.com/c1/upload.php?hash=f00&rhash=ba5"},
            {"upload_url": "https://pu.vk.com/c1/upload.php"},
            id="what stands behind a question mark",
        ),
        pytest.param({"barcode": "4601234560016"}, {"barcode": "4601234560016"}, id="a barcode"),
        pytest.param(
            {"id": "20240912-1E5A-40C7-8077-0A0B0C0D0E01", "at": 1_793_000_000_123},
            {"id": "20240912-1E5A-40C7-8077-0A0B0C0D0E01", "at": 1_793_000_000_123},
            id="ids and moments",
        ),
    ],
)
def test_an_answer_keeps_what_is_nobodys(body: object, kept: object) -> None:
    assert json.loads(answered(body)) == kept


def test_a_secret_that_went_out_is_masked_however_it_comes_back() -> None:
    told = answered({"error_msg": "unknown plain-s3cr3t!"}, secrets=("plain-s3cr3t",))
    assert json.loads(told) == {"error_msg": "unknown ***!"}
    assert answered(b"<p>plain-s3cr3t</p>", secrets=("plain-s3cr3t",)) == "<p>***</p>"


def test_what_is_no_text_is_told_by_its_size_and_nothing_is_nothing() -> None:
    assert answered(b"\x89PNG\r\n\x1a\n\0\0" + b"\0" * 2038) == "не текст, 2 КБ"
    assert answered(b"") == ""
    assert answered(b"\xff\xfe502") == "��502"


def test_a_form_keeps_its_program_but_no_code_of_a_sign_in() -> None:
    program = 'return [API.market.edit({"name":Args.name_0})];'
    execute = {"code": program, "name_0": "Чай «Ассам»", "access_token": TOKEN, "v": "5.199"}
    assert asked(execute) == execute | {"access_token": MASK}
    sign_in = {
        "grant_type": "authorization_code",
        "code": "c0de",
        "code_verifier": "v3r",
        "state": "st4te",
        "device_id": "d3v",
        "client_secret": "cl1ent",
    }
    hidden = dict.fromkeys(sign_in, MASK) | {"grant_type": "authorization_code"}
    assert asked(sign_in) == hidden


def test_of_a_webhook_only_what_says_nothing_of_a_person_is_kept() -> None:
    form = {
        "userId": "01-000000000000777",
        "email": "anna@tea.example",
        "name": "Анна",
        "password": "мост через тихую реку",
        "Ваш кот": {"кличка": "Барсик", "age": 3},
        "agreed": True,
    }
    raw = json.dumps(form).encode()
    bodies = Bodies(asked=raw, answer=b"", answer_bytes=0, is_of_person=True)
    assert json.loads(asked_in_clear(bodies)) == {
        "userId": "01-000000000000777",
        "email": MASK,
        "name": MASK,
        "password": MASK,
        "Ваш кот": {"кличка": MASK, "age": MASK},
        "agreed": True,
    }
    odd = Bodies(asked=b"password=s3cr3t", answer=b"", answer_bytes=0, is_of_person=True)
    assert asked_in_clear(odd) == "не показать, 15 байт"


def test_a_long_body_says_how_much_more_there_was() -> None:
    told = answered(["чай " * 20] * 2000)
    assert len(told.encode()) < CUT_BYTES + 100
    assert told.endswith("КБ не сохранено")


# What shows itself, or stands under a name; all are longer than what may be left of them.
SECRETS = st.sampled_from([TOKEN, HEX, "Bearer 7d3f-s3cr3t-19af", "mysql://anna:7d3f-s3cr3t@db/x"])
NAMED = st.sampled_from(["access_token", "password", "client_secret", "first_name", "email"])
HIDDEN = "7d3f-s3cr3t-19af"


@settings(deadline=None, max_examples=60)  # each masks 64 KB
@given(st.integers(0, 300), SECRETS | st.none(), NAMED, st.booleans())
def test_no_cut_leaves_half_a_secret(
    back: int, by_look: str | None, name: str, is_form: bool
) -> None:
    value = by_look or HIDDEN
    piece = urlencode({name: value}) if is_form else json.dumps({name: value, "note": value})
    if by_look is None:  # under its name alone nothing else tells what it is
        piece = urlencode({name: value}) if is_form else json.dumps({name: value})
    before = "я" * 10 + " " + "x, " * CUT_BYTES
    raw = before.encode()[: CUT_BYTES - back] + piece.encode() + b" the end" * 2000
    told = answered(raw)
    for part in ("s3cr3t", TOKEN[6:14], HEX[:20], HIDDEN[:9]):
        if part in value and not (is_form and name in {"first_name", "email"}):
            assert part not in told
