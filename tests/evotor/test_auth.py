import pytest

from evosync.errors import NeedsPerson
from evosync.evotor.auth import Scheme, authorization


@pytest.mark.parametrize(
    ("scheme", "header"),
    [
        pytest.param(Scheme.BEARER, {"Authorization": "Bearer t-1"}, id="documented today"),
        pytest.param(Scheme.RAW, {"Authorization": "t-1"}, id="bare"),
        pytest.param(Scheme.X_AUTHORIZATION, {"X-Authorization": "t-1"}, id="documented first"),
    ],
)
def test_each_scheme_has_its_header(scheme: Scheme, header: dict[str, str]) -> None:
    assert authorization("t-1", scheme) == header


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param("тайна-1", id="Cyrillic"),
        pytest.param("secret 1", id="blank inside"),
        pytest.param("secret-1\n", id="line break"),
        pytest.param("secret-1\r\nHost: elsewhere", id="header smuggled in"),
    ],
)
def test_a_token_that_no_header_carries_needs_a_person_and_is_not_quoted(token: str) -> None:
    with pytest.raises(NeedsPerson) as caught:
        authorization(token, Scheme.BEARER)

    assert caught.value.code == "connection_broken"
    told = caught.value.message + caught.value.cause
    assert "secret" not in told
    assert "тайна" not in told
