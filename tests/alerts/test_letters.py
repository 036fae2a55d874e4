import re

import pytest

from evosync.alerts import letters
from evosync.alerts.mail import Letter
from evosync.places import templates_dir
from tests.alerts.writing import LINK

ANNA = "anna@tea.ru"
WHEN = "5 мая, 10:00"

ABOUT_ACCOUNTS = {
    "invite": letters.invite_letter(ANNA, link=LINK, inviter="Борис", hours=48),
    "confirm": letters.confirm_letter(ANNA, link=LINK, hours=72),
    "confirm_new_email": letters.confirm_new_email_letter(ANNA, link=LINK, hours=72),
    "reset": letters.reset_letter(ANNA, link=LINK, minutes=60),
    "already_registered": letters.already_registered_letter(ANNA, link=LINK),
    "password_changed": letters.password_changed_letter(ANNA, link=LINK, at_words=WHEN),
    "phone_confirmed": letters.phone_confirmed_letter(ANNA, link=LINK),
    "email_changed": letters.email_changed_letter(
        ANNA, new_email="a@tea.ru", link=LINK, at_words=WHEN
    ),
}
ABOUT_MIRRORS = {
    "connection_broken": letters.connection_broken_letter(
        ANNA, service="Эвотор", sentence="Эвотор не принял ключ доступа.", link=LINK
    ),
    "run_held": letters.run_held_letter(
        ANNA, sentence="Будет скрыто 68 товаров из 216.", link=LINK
    ),
    "run_paused": letters.run_paused_letter(
        ANNA, sentence="VK просит подтвердить, что вы не робот.", link=LINK
    ),
    "stale": letters.stale_letter(ANNA, since_words=WHEN, link=LINK),
    "well_again": letters.well_again_letter(
        ANNA, sentence="Связь с Эвотором восстановлена.", link=LINK
    ),
}
ALL = ABOUT_ACCOUNTS | ABOUT_MIRRORS


def every(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("letter", [ALL[name] for name in names or ALL], ids=names or ALL)


def test_every_letter_that_has_words_is_written() -> None:
    words = {path.stem for path in (templates_dir() / "mail").iterdir()} - {"frame"}

    assert words == set(ALL) == {letter.kind for letter in ALL.values()}


@every()
def test_a_letter_says_whom_it_is_for_and_where_to_go(letter: Letter) -> None:
    assert letter.to == ANNA
    for text in (letter.text, letter.html):
        assert ANNA in text
        assert LINK in text


@every(*ABOUT_ACCOUNTS)
def test_a_letter_about_an_account_says_what_to_do_if_it_was_not_them(letter: Letter) -> None:
    for text in (letter.text, letter.html):
        assert re.search("не вы|не ждали", text)


@every(*ABOUT_MIRRORS)
def test_a_letter_about_a_mirror_says_once_why_it_came_and_that_no_second_will(
    letter: Letter,
) -> None:
    for text in (letter.text, letter.html):
        assert text.count("Вы получили это письмо, потому что") == 1
        assert text.count("Второго письма") == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("connection_broken", "Эвотор не принял ключ доступа."),
        ("run_held", "Будет скрыто 68 товаров из 216."),
        ("run_paused", "VK просит подтвердить, что вы не робот."),
        ("stale", f"Последний удачный запуск: {WHEN}."),
        ("well_again", "Связь с Эвотором восстановлена."),
    ],
)
def test_a_letter_about_a_mirror_begins_with_what_happened(kind: str, words: str) -> None:
    assert words in ALL[kind].text.split("\n\n")[0]


def test_a_broken_connection_is_named_in_the_subject() -> None:
    assert ALL["connection_broken"].subject == "Нет связи: Эвотор"


@every("connection_broken", "run_paused", "stale")
def test_whoever_reads_of_trouble_reads_that_the_goods_are_still_there(letter: Letter) -> None:
    assert "Товары в VK на месте" in letter.text


@every()
def test_the_two_texts_of_a_letter_say_the_same(letter: Letter) -> None:
    shown = " ".join(re.sub(r"<[^>]+>", " ", letter.html).split())

    for paragraph in letter.text.split("\n\n"):
        # Where the one has a link under a line, the other has a button.
        if LINK not in paragraph:
            assert paragraph.strip() in shown


@every()
def test_a_subject_is_one_short_line(letter: Letter) -> None:
    assert 10 < len(letter.subject) < 60
    assert letter.subject.isprintable()
    assert letter.subject == letter.subject.strip()


@every()
def test_a_text_has_no_holes_and_no_traces_of_its_template(letter: Letter) -> None:
    for text in (letter.text, letter.html):
        assert not re.search(r"[{}]{2}|\{%|None", text)
    assert "\n\n\n\n" not in letter.text
    assert "  " not in letter.text


@every()
def test_a_letter_loads_nothing_from_anywhere(letter: Letter) -> None:
    assert not re.search(r"<(img|script|link|iframe)|url\(|@import", letter.html)
    assert set(re.findall(r'href="([^"]*)"', letter.html)) == {LINK}


def test_a_name_is_only_a_name() -> None:
    name = 'Борис <b> "Чай" & Ко\n\nВойдите: https://evil.example'
    letter = letters.invite_letter(ANNA, link=LINK, inviter=name, hours=48)

    assert "<b>" not in letter.html
    assert "Борис &lt;b&gt; &#34;Чай&#34; &amp; Ко" in letter.html
    assert 'Борис <b> "Чай" & Ко Войдите: https://evil.example приглашает' in letter.text


def test_a_link_cannot_leave_its_attribute() -> None:
    letter = letters.reset_letter(ANNA, link='https://tea.ru/?a="><b>&c=d', minutes=60)

    assert '"><b>' not in letter.html
    assert '/?a="><b>&c=d\n' in letter.text


def test_nobody_in_particular_may_invite() -> None:
    letter = letters.invite_letter(ANNA, link=LINK, inviter="", hours=1)

    assert letter.text.startswith("Вас приглашают в EvoSync.")


@pytest.mark.parametrize(
    ("hours", "words"), [(1, "1 час"), (5, "5 часов"), (24, "1 день"), (72, "3 дня"), (36, "36 ча")]
)
def test_a_letter_says_how_long_its_link_works(hours: int, words: str) -> None:
    letter = letters.confirm_letter(ANNA, link=LINK, hours=hours)

    assert f"Ссылка работает {words}" in letter.text


@pytest.mark.parametrize(("minutes", "words"), [(60, "1 час"), (90, "90 минут"), (21, "21 минуту")])
def test_a_short_time_is_said_in_minutes(minutes: int, words: str) -> None:
    letter = letters.reset_letter(ANNA, link=LINK, minutes=minutes)

    assert f"Ссылка работает {words} и" in letter.text


def test_what_is_not_known_is_left_out() -> None:
    changed = letters.password_changed_letter(ANNA, link=LINK)
    moved = letters.email_changed_letter(ANNA, new_email="a@tea.ru")

    assert "EvoSync изменён. На других" in changed.text
    assert "a@tea.ru. Входить" in moved.text
    for text in (moved.text, moved.html):
        assert "href" not in text
        assert "Открыть" not in text
