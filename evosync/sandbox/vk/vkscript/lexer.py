"""VKScript text to tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["name", "number", "string", "sign", "end"]

_TOKEN = re.compile(
    r"""
      (?P<blank> [ \t\r\n\ufeff]+ | //[^\n]* | /\*.*?\*/ )
    | (?P<name> [A-Za-z_$][A-Za-z0-9_$]* )
    | (?P<number> \d{1,30} (?:\.\d{1,30})? (?:[eE][+-]?\d{1,3})? )
    | (?P<string> "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )
    | (?P<sign> @\. | && | \|\| | [=!<>]= | [-+*/%<>!=()\[\]{},;:.] )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|(?P<sign>.))", re.DOTALL)
_SHORT_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_PLAIN_ESCAPES = frozenset("\"'\\/")
# A string ends before the end of its line; U+2028 and U+2029 end lines too.
_LINE_ENDS = re.compile("[\n\r\u2028\u2029]")


class ScriptInvalid(Exception):
    """The text is no VKScript: VK's error 12."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word of the script; `text` of a string is its value, unescaped."""

    kind: TokenKind
    text: str
    line: int


def tokens(code: str) -> Iterator[Token]:
    """Words in order, an "end" token last; raises ScriptInvalid."""
    position, line = 0, 1
    while position < len(code):
        found = _TOKEN.match(code, position)
        if found is None:
            raise ScriptInvalid(f"unexpected {code[position]!r} in line {line}")
        text = found[0]
        match found.lastgroup:
            case "string":
                yield Token(kind="string", text=_unescaped(text[1:-1], line), line=line)
            case "name" | "number" | "sign" as kind:
                yield Token(kind=kind, text=text, line=line)
            case _:  # blanks and comments
                pass
        line += text.count("\n")
        position = found.end()
    yield Token(kind="end", text="end of code", line=line)


def _unescaped(text: str, line: int) -> str:
    if _LINE_ENDS.search(text):
        raise ScriptInvalid(f"line ends inside a string in line {line}")
    if "\\" not in text:
        return text

    def meant(escape: re.Match[str]) -> str:
        if escape["code"]:
            return chr(int(escape["code"], 16))
        sign = escape["sign"]
        if sign in _SHORT_ESCAPES:
            return _SHORT_ESCAPES[sign]
        if sign in _PLAIN_ESCAPES:
            return str(sign)
        raise ScriptInvalid(f"unknown escape \\{sign} in line {line}")

    whole = _ESCAPE.sub(meant, text)
    # Joins the two halves of a sign beyond U+FFFF; a half alone becomes U+FFFD.
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
