"""The pages of `--help` in Russian: the words that click itself puts around ours."""

from collections.abc import Iterable

import click

_HEADINGS = {"Options": "Ключи", "Commands": "Команды"}
_SENTENCES = {
    "Show this message and exit.": "Показать эту справку.",
    "Show the version and exit.": "Показать версию.",
}
_PARTS = {
    "[OPTIONS]": "[КЛЮЧИ]",
    "COMMAND [ARGS]...": "КОМАНДА …",
    "required]": "обязательно]",
    "[default: ": "[по умолчанию: ",
}


class _HelpPage(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _translated(args), prefix or "Как вызвать: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        told = [(name, _SENTENCES.get(words, _translated(words))) for name, words in rows]
        super().write_dl(told, col_max, col_spacing)


class _Context(click.Context):
    formatter_class = _HelpPage


def speak_russian(command: click.Command) -> None:
    """Have a command's help, and that of the commands in it, come in Russian."""
    command.context_class = _Context
    if isinstance(command, click.Group):
        for each in command.commands.values():
            speak_russian(each)


def _translated(text: str) -> str:
    for english, russian in _PARTS.items():
        text = text.replace(english, russian)
    return text
