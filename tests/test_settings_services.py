"""Settings of sign-ins, webhooks, checks, retention and alerts: what they take and refuse."""

from typing import Any

import pytest

from evosync.errors import Misconfigured
from evosync.settings import Settings, read_settings

SECRET = "s3cr3t-of-the-webhooks"


def read(**environ: str) -> Settings:
    settings, warnings = read_settings(environ)
    assert warnings == ()
    return settings


def refusal(**environ: str) -> Misconfigured:
    with pytest.raises(Misconfigured) as caught:
        read_settings(environ)
    return caught.value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("EVOTOR_WEBHOOK_SECRET", SECRET, SECRET),
        ("EVOTOR_WEBHOOK_SECRET", "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", None),
        ("EVOTOR_APP_ID", "1f2e3d4c-0000-4000-8000-0123456789ab", None),
        ("EVOTOR_OAUTH_URL", "https://oauth.evotor.ru/x", None),
        ("VK_ID_URL", "http://127.0.0.1:8001/vkid", None),
        ("VK_CLIENT_ID", "53000777", None),
        ("PING_URL", "https://hc-ping.com/5f0c0c1e?rid=1", None),
        ("HEALTH_CHECK_INTERVAL_SECONDS", "1", 1),
        ("HEALTH_CHECK_INTERVAL_SECONDS", "604800", 604_800),
        ("RUN_RETENTION_DAYS", "3650", 3650),
        ("API_LOG_RETENTION_DAYS", "1", 1),
        ("API_LOG_BODIES", "none", None),
        ("STALE_AFTER_HOURS", "8760", 8760),
    ],
)
def test_what_fits_is_taken(name: str, text: str, value: Any) -> None:
    assert getattr(read(**{name: text}), name.lower()) == (text if value is None else value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("EVOTOR_WEBHOOK_SECRET", "x" * 15, id="a short secret"),
        pytest.param("METRICS_TOKEN", "x" * 15, id="a short token for metrics"),
        pytest.param("BACKUP_PASSPHRASE", "фраза" * 2, id="a short passphrase"),
        pytest.param("BACKUP_KEEP", "0", id="no backups kept"),
        pytest.param("BACKUP_INTERVAL_HOURS", "-1", id="backups before they were asked for"),
        pytest.param("EVOTOR_WEBHOOK_SECRET", "секрет-на-русском-языке", id="a Russian secret"),
        pytest.param("EVOTOR_WEBHOOK_SECRET", "a secret with blanks in it", id="blanks"),
        pytest.param("EVOTOR_APP_ID", "id/../x", id="a path for an id"),
        pytest.param("EVOTOR_APP_ID", "приложение", id="a Russian id"),
        pytest.param("EVOTOR_OAUTH_URL", "oauth.evotor.ru", id="no address"),
        pytest.param("VK_ID_URL", "https://id.vk.com?x=1", id="a query to which paths are added"),
        pytest.param("VK_CLIENT_ID", "53 000", id="a number with a blank"),
        pytest.param("PING_URL", "hc-ping.com/x", id="no scheme"),
        pytest.param("PING_URL", "https://anna:s3cr3t@hc-ping.com/x", id="a password in it"),
        pytest.param("PING_URL", "https://hc-ping.com/x#part", id="a part of a page"),
        pytest.param("HEALTH_CHECK_INTERVAL_SECONDS", "0", id="no time between checks"),
        pytest.param("HEALTH_CHECK_INTERVAL_SECONDS", "604801", id="more than a week"),
        pytest.param("RUN_RETENTION_DAYS", "0", id="nothing kept"),
        pytest.param("API_LOG_RETENTION_DAYS", "3651", id="more than ten years"),
        pytest.param("API_LOG_BODIES", "errors", id="bodies of nobody knows what"),
        pytest.param("STALE_AFTER_HOURS", "0", id="stale at once"),
        pytest.param("STALE_AFTER_HOURS", "1.5", id="a fraction"),
    ],
)
def test_what_does_not_fit_stops_the_start_without_being_quoted(name: str, text: str) -> None:
    refused = refusal(**{name: text})
    assert refused.name == name
    assert refused.why.endswith(".")
    assert len(text) < 5 or text not in refused.message


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("EVOTOR_OAUTH_CLIENT_ID", "EVOTOR_OAUTH_CLIENT_SECRET"),
        ("EVOTOR_OAUTH_CLIENT_SECRET", "EVOTOR_OAUTH_CLIENT_ID"),
    ],
)
def test_an_oauth_client_is_a_pair(given: str, missing: str) -> None:
    refused = refusal(**{given: "evosync"})
    assert refused.name == missing
    assert given in refused.why
    settings = read(**{given: "evosync", missing: "evosync"})
    assert settings.evotor_oauth_client_id == settings.evotor_oauth_client_secret


def test_no_secret_of_the_settings_shows() -> None:
    settings = read(EVOTOR_WEBHOOK_SECRET=SECRET, PING_URL=f"https://hc-ping.com/{SECRET}")
    assert SECRET not in repr(settings)
