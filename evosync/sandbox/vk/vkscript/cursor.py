"""The tokens of a script under a moving finger, for the parser."""

from evosync.sandbox.vk.vkscript.lexer import ScriptInvalid, Token, tokens


class Cursor:
    """Reads tokens one by one; every complaint is a ScriptInvalid that names the line."""

    def __init__(self, code: str) -> None:
        self._tokens = list(tokens(code))
        self._at = 0

    @property
    def next(self) -> Token:
        """The token ahead; the "end" token stays ahead for ever."""
        return self._tokens[self._at]

    def take(self) -> Token:
        """Step over the token ahead, whatever it is; the end is a complaint."""
        token = self.next
        if token.kind == "end":
            raise self.unexpected()
        self._at += 1
        return token

    def took(self, text: str, kind: str = "sign") -> bool:
        """Step over the token ahead if it is this one."""
        token = self.next
        if token.kind != kind or token.text != text:
            return False
        self._at += 1
        return True

    def expect(self, sign: str) -> None:
        """Step over a sign that must be ahead."""
        if not self.took(sign):
            raise self.unexpected()

    def name(self) -> str:
        """Step over a name that must be ahead."""
        if self.next.kind != "name":
            raise self.unexpected()
        return self.take().text

    def unexpected(self) -> ScriptInvalid:
        """The complaint about the token ahead."""
        return ScriptInvalid(f"unexpected {self.next.text!r} in line {self.next.line}")
