"""The file `.env`, read as it stands, before anything in it is understood."""

import io
from pathlib import Path

from dotenv.parser import parse_stream

from evosync.errors import Misconfigured
from evosync.os_words import reason_of

ENV_FILE = Path(".env")
"""The file in the folder that commands and the service are run in."""


def read_env_file(env_file: Path | None) -> tuple[dict[str, str], list[str]]:
    """Return the values of the file, and a warning a line that cannot be read."""
    found, unread = {}, []
    # What dotenv_values() does, but for its own English warnings in the log.
    for binding in parse_stream(io.StringIO(_text_of(env_file))):
        if binding.error:
            line = binding.original.line + _blank_lines(binding.original.string)
            unread.append(f"строка {line}: запись не разобрать, она пропущена.")
        elif binding.key is not None and binding.value is not None:
            found[binding.key] = binding.value
    return found, unread


def _text_of(env_file: Path | None) -> str:
    if env_file is None:
        return ""
    if env_file.is_dir():
        # Docker makes one where a file to be mounted is missing.
        raise Misconfigured(env_file.name, "это папка, а должен быть файл.")
    try:
        # Windows editors begin a file with a mark that utf-8 alone takes for a letter.
        return env_file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise Misconfigured(env_file.name, "файл не в кодировке UTF-8.") from None
    except OSError as error:
        raise Misconfigured(env_file.name, f"файл не читается ({reason_of(error)}).") from None


def _blank_lines(text: str) -> int:
    """Count the lines before the first that is not blank."""
    return text[: len(text) - len(text.lstrip())].count("\n")
