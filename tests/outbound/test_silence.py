import socket
import ssl

import httpx
import pytest

from evosync.outbound.silence import Silence, why_silent


def caused(error: Exception, *causes: Exception) -> Exception:
    """Chain errors as libraries do, the last one first."""
    for outer, inner in zip((error, *causes), causes, strict=False):
        outer.__cause__ = inner
    return error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        pytest.param(
            caused(httpx.ConnectError(""), OSError(), socket.gaierror(-2)), Silence.NAME, id="dns"
        ),
        pytest.param(UnicodeError(), Silence.NAME, id="no name of a host"),
        pytest.param(
            caused(httpx.ConnectError(""), OSError(), ConnectionRefusedError()),
            Silence.REFUSED,
            id="refused",
        ),
        pytest.param(
            caused(httpx.ConnectError(""), ssl.SSLCertVerificationError()),
            Silence.CERTIFICATE,
            id="certificate",
        ),
        pytest.param(caused(httpx.ConnectError(""), ssl.SSLError()), Silence.TLS, id="tls"),
        pytest.param(httpx.ConnectTimeout(""), Silence.TIMEOUT, id="time-out"),
        pytest.param(TimeoutError(), Silence.TIMEOUT, id="deadline"),
        pytest.param(httpx.ReadError(""), Silence.OTHER, id="broken off"),
    ],
)
def test_the_first_cause_says_what_to_do(error: Exception, why: Silence) -> None:
    assert why_silent(error) is why


def test_a_chain_that_leads_back_into_itself_has_an_end() -> None:
    first, second = httpx.ReadError(""), OSError()
    first.__cause__, second.__context__ = second, first
    assert why_silent(first) is Silence.OTHER
