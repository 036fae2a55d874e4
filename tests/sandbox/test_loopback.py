import pytest

from evosync.sandbox.loopback import is_this_machine


@pytest.mark.parametrize(
    ("name", "is_here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("", False),
        ("0.0.0.0", False),  # noqa: S104 - a name to be judged
        ("192.168.0.17", False),
        ("localhost.example", False),
    ],
)
def test_a_name_leads_to_this_machine_or_not(name: str, is_here: bool) -> None:
    assert is_this_machine(name) is is_here
