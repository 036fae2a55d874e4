import pytest

from evosync.addresses import is_mailbox, is_page_address, split_mailbox, to_punycode


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        ("anna@tea.ru", "", "anna@tea.ru"),
        ("Anna@TEA.ru", "", "Anna@tea.ru"),
        ("anna@чай.рф", "", "anna@xn--80as4b.xn--p1ai"),
        ("анна@чай.рф", "", "анна@xn--80as4b.xn--p1ai"),
        ("<anna@tea.ru>", "", "anna@tea.ru"),
        ("Чайная Анны <anna@tea.ru>", "Чайная Анны", "anna@tea.ru"),
        ('"Чайная, Анны" <anna+shop@tea.ru>', "Чайная, Анны", "anna+shop@tea.ru"),
        ("a.n.n.a@mail.tea.ru", "", "a.n.n.a@mail.tea.ru"),
        ("anna@localhost", "", "anna@localhost"),
    ],
)
def test_a_mailbox_is_a_name_and_an_address(text: str, name: str, address: str) -> None:
    found = split_mailbox(text)

    assert (found.display_name, found.addr_spec) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "@tea.ru",
        "anna@",
        "anna@@tea.ru",
        ".anna@tea.ru",
        "anna.@tea.ru",
        "an..na@tea.ru",
        "anna@tea..ru",
        "anna@tea.ru>",
        "<anna@tea.ru",
        "anna@tea.ru, boris@tea.ru",
        "anna@tea.ru\r\nBcc: boris@tea.ru",
        "anna@tea.ru\nboris@tea.ru",
        "anna\x00@tea.ru",
        "an na@tea.ru",
        "anna@[127.0.0.1]",
        "x" * 65 + "@tea.ru",
        "ч" * 33 + "@tea.ru",
        f"anna@{'x' * 64}.ru",
    ],
)
def test_what_mail_cannot_be_sent_to_is_no_mailbox(text: str) -> None:
    assert not is_mailbox(text)


def test_a_domain_that_is_none_has_no_punycode() -> None:
    assert to_punycode("ЧАЙ.рф") == "xn--80as4b.xn--p1ai"
    with pytest.raises(ValueError, match="no domain"):
        to_punycode("чай_шоп.рф")


@pytest.mark.parametrize(
    "text",
    [
        "https://hc-ping.com/5f0c0c1e-0000-4000-8000-0123456789ab",
        "https://push.example/api/push/s3cr3t?status=up&msg=OK&ping=",
        "http://127.0.0.1:3001/ping",
        "https://пинг.рф/путь?x=1",
        "https://push.example/?",
    ],
)
def test_a_page_has_a_path_and_may_have_a_query(text: str) -> None:
    assert is_page_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "push.example/ping",
        "ftp://push.example/ping",
        "https:///ping",
        "https://anna:s3cr3t@push.example/ping",
        "https://push.example/a b",
        "https://push.example/ping#part",
        "https://push.example/ping?x=1#part",
        "https://push.example/ping?x=a b",
        "https://push.example/ping?x=\r\nX-Evil: 1",
        "https://push.example:0/ping",
        "https://[::1/ping",
    ],
)
def test_what_cannot_be_asked_for_is_no_page(text: str) -> None:
    assert not is_page_address(text)
