import sys

from evosync.catalog.shared import once


def test_equal_texts_become_one_where_python_lets_go_of_it_again() -> None:
    text, other = ("".join(("Чай ", "чёрный")) for _ in range(2))
    assert text is not other
    assert once(text) == text
    is_immortal = sys.version_info[:2] == (3, 12)
    assert (once(text) is once(other)) is not is_immortal
