import pytest

from evosync.errors import Misconfigured
from evosync.settings import Settings, read_settings

SMTP = {
    "EMAIL_PROVIDER": "smtp",
    "SMTP_HOST": "smtp.yandex.ru",
    "SMTP_FROM": "Чайная <no-reply@чай.рф>",
}


def read(**environ: str) -> Settings:
    settings, _ = read_settings(environ)
    return settings


def refusal(**environ: str) -> tuple[str, str]:
    with pytest.raises(Misconfigured) as caught:
        read(**environ)
    return caught.value.name, caught.value.why


@pytest.mark.parametrize(
    ("given", "url"),
    [
        pytest.param({}, "http://127.0.0.1:8000", id="nothing given"),
        pytest.param({"PORT": "9000"}, "http://127.0.0.1:9000", id="port"),
        pytest.param({"HOST": "0.0.0.0"}, "http://127.0.0.1:8000", id="everywhere"),  # noqa: S104  no socket
        pytest.param(
            {"HOST": "0.0.0.0", "APP_PORT": "8080"},  # noqa: S104  no socket
            "http://127.0.0.1:8080",
            id="in a container",
        ),
        pytest.param(
            {"HOST": "::1", "APP_PORT": "8080"}, "http://[::1]:8080", id="IPv6, another port"
        ),
        pytest.param({"HOST": "::"}, "http://127.0.0.1:8000", id="everywhere, IPv6"),
        pytest.param({"HOST": "::1"}, "http://[::1]:8000", id="IPv6"),
        pytest.param({"HOST": "shop"}, "http://shop:8000", id="a name"),
        pytest.param({"DOMAIN": "tea.ru"}, "https://tea.ru", id="domain"),
        pytest.param({"DOMAIN": "Чай.РФ"}, "https://xn--80as4b.xn--p1ai", id="Cyrillic"),
        pytest.param(
            {"DOMAIN": "xn--80as4b.xn--p1ai"}, "https://xn--80as4b.xn--p1ai", id="punycode"
        ),
        pytest.param({"DOMAIN": " , tea.ru, чай.рф"}, "https://tea.ru", id="the first of several"),
        pytest.param(
            {"DOMAIN": "tea.ru", "BASE_URL": "http://shop.tea.ru:8080"},
            "http://shop.tea.ru:8080",
            id="the address wins",
        ),
        pytest.param(
            {"BASE_URL": "HTTPS://Чай.рф:443/"}, "https://xn--80as4b.xn--p1ai", id="tidied"
        ),
        pytest.param({"BASE_URL": "http://[::1]:80"}, "http://[::1]", id="IPv6 address"),
    ],
)
def test_the_public_address_is_the_one_given_or_made_of_what_is_known(
    given: dict[str, str], url: str
) -> None:
    assert read(**given).public_url == url


def test_all_domains_are_known_in_punycode() -> None:
    assert read(DOMAIN="Чай.рф, tea.ru").domains == ("xn--80as4b.xn--p1ai", "tea.ru")
    assert read().domains == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(",", id="nothing"),
        pytest.param("https://tea.ru", id="scheme"),
        pytest.param("tea.ru:443", id="port"),
        pytest.param("tea.ru/shop", id="path"),
        pytest.param("tea ru", id="blank"),
        pytest.param("tea..ru", id="empty label"),
        pytest.param("-tea.ru", id="hyphen first"),
        pytest.param("anna@tea.ru", id="mailbox"),
        pytest.param("tea.ru, <b>", id="second is none"),
        pytest.param(".".join(["чайник"] * 40), id="too long"),
    ],
)
def test_what_is_no_list_of_own_domains_is_refused(text: str) -> None:
    why = "нужны имена доменов через запятую, например shop.ru,магазин.рф."
    assert refusal(DOMAIN=text) == ("DOMAIN", why)


@pytest.mark.parametrize(
    "text",
    [
        "tea.ru",
        "https://tea.ru/shop",
        "https://tea.ru/?a=1",
        "https://tea.ru#top",
        "https://anna:tea@tea.ru",
        "https://tea_.ru",
        "ftp://tea.ru",
        "https://",
    ],
)
def test_what_is_no_address_of_a_whole_site_is_refused(text: str) -> None:
    why = "значение не подходит: нужен адрес вида https://имя, без пути."
    assert refusal(BASE_URL=text) == ("BASE_URL", why)


def test_nobody_registers_where_no_letter_goes_out() -> None:
    name, why = refusal(REGISTRATION="open")

    assert name == "REGISTRATION"
    assert "EMAIL_PROVIDER=smtp" in why
    assert read(REGISTRATION="open", **SMTP).registration == "open"


@pytest.mark.parametrize("name", ["SMTP_HOST", "SMTP_FROM"])
def test_mail_by_smtp_needs_a_server_and_a_sender(name: str) -> None:
    given = {key: value for key, value in SMTP.items() if key != name}

    assert refusal(**given) == (name, "нужно задать, когда EMAIL_PROVIDER=smtp.")


@pytest.mark.parametrize(
    ("given", "missing"), [("SMTP_USER", "SMTP_PASSWORD"), ("SMTP_PASSWORD", "SMTP_USER")]
)
def test_a_name_and_a_password_for_the_mail_server_go_together(given: str, missing: str) -> None:
    assert refusal(**SMTP, **{given: "чайник"}) == (missing, f"нужно задать вместе с {given}.")


@pytest.mark.parametrize(
    ("given", "port"),
    [
        ({}, 587),
        ({"SMTP_TLS": "tls"}, 465),
        ({"SMTP_TLS": "none"}, 25),
        ({"SMTP_TLS": "tls", "SMTP_PORT": "2465"}, 2465),
    ],
)
def test_the_port_of_mail_is_the_usual_one_unless_it_is_given(
    given: dict[str, str], port: int
) -> None:
    assert read(**SMTP, **given).smtp_port_used == port


@pytest.mark.parametrize("text", ["smtp.чай.рф", "mail", "10.0.0.5", "::1"])
def test_a_mail_server_has_a_name_or_a_number(text: str) -> None:
    assert read(SMTP_HOST=text).smtp_host == text


@pytest.mark.parametrize("text", ["smtp://mail", "mail:25", "a b", "@"])
def test_what_names_no_mail_server_is_refused(text: str) -> None:
    why = "нужно имя или IP-адрес сервера, например smtp.yandex.ru."
    assert refusal(SMTP_HOST=text) == ("SMTP_HOST", why)


@pytest.mark.parametrize("text", ["no-reply", "@tea.ru", "a@", "a@b@c", "a@tea.ru, b@tea.ru"])
def test_what_is_no_sender_is_refused(text: str) -> None:
    assert refusal(SMTP_FROM=text) == (
        "SMTP_FROM",
        "нужен адрес почты, например no-reply@shop.ru.",
    )


@pytest.mark.parametrize("text", ["<script>", "aB3/../x", "чай", "a b"])
def test_a_widget_has_only_letters_and_digits(text: str) -> None:
    why = "нужны только латинские буквы и цифры."
    assert refusal(JIVOSITE_WIDGET_ID=text) == ("JIVOSITE_WIDGET_ID", why)
