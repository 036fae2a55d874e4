"""The key that seals tokens: whether it is there, its owner's alone, and opens what is sealed."""

import stat
from dataclasses import dataclass
from pathlib import Path

from evosync.db.vault import KEY_FILE, Vault
from evosync.doctor.verdict import Verdict, attention, broken, good, unknown
from evosync.errors import EvoSyncError
from evosync.settings import Settings

TITLE = "Ключ шифрования"

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySeen:
    """Where the key is. `mode` are the permissions of its file; None = there is no file.

    `is_readable` = the file could be opened.
    """

    file: Path
    is_configured: bool
    mode: int | None = None
    is_readable: bool = True

    @property
    def is_there(self) -> bool:
        """Whether there is a key that can be used."""
        return self.is_configured or (self.mode is not None and self.is_readable)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSeen:
    """How many sealed texts were tried, and how many of them no key opened."""

    tried: int
    unopened: int


def see_key(settings: Settings) -> KeySeen:
    """Look at the key without making one; blocks on the disk."""
    file = settings.data_dir / KEY_FILE
    is_configured = bool(settings.secret_key)
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:
        return KeySeen(file=file, is_configured=is_configured)
    except OSError:
        return KeySeen(file=file, is_configured=is_configured, mode=0, is_readable=False)
    try:
        is_readable = bool(file.read_text(encoding="ascii").strip())
    except (OSError, UnicodeDecodeError):
        is_readable = False
    return KeySeen(file=file, is_configured=is_configured, mode=mode, is_readable=is_readable)


def try_sealed(vault: Vault, sealed: list[str]) -> SealedSeen:
    """Open each text, to learn whether it can be; what is in it is forgotten."""
    unopened = 0
    for each in sealed:
        try:
            vault.open(each)
        except EvoSyncError:
            unopened += 1
    return SealedSeen(tried=len(sealed), unopened=unopened)


def judge_key(seen: KeySeen, sealed: SealedSeen | None) -> Verdict:
    """Judge the key; `sealed` is None when the database could not be asked."""
    if seen.mode is not None and not seen.is_readable:
        return broken(
            TITLE,
            f"Файл {seen.file} не читается или пуст.",
            "Верните его из копии и дайте права пользователю, от имени которого работает EvoSync.",
        )
    if not seen.is_there:
        return _judge_absent(seen, sealed)
    if sealed is not None and sealed.unopened:
        return broken(
            TITLE,
            f"Не открывает {sealed.unopened} из {sealed.tried} сохранённых ключей доступа.",
            "Верните прежний ключ (SECRET_KEY_OLD принимает и старые) или подключите кассу и VK "
            "заново.",
        )
    if seen.mode is not None and seen.mode & _OTHERS:
        return attention(
            TITLE,
            f"Файл {seen.file} могут прочитать и другие пользователи машины.",
            f"Выполните: chmod 600 {seen.file}",
        )
    where = "Задан в SECRET_KEY" if seen.is_configured else f"Лежит в {seen.file}"
    if sealed is None:
        return unknown(TITLE, f"{where}. Открывает ли он сохранённое, база не сказала.")
    opens = "открывает всё сохранённое" if sealed.tried else "пока ничего не зашифровано"
    return good(TITLE, f"{where}, {opens}.")


def _judge_absent(seen: KeySeen, sealed: SealedSeen | None) -> Verdict:
    if sealed is None:
        return unknown(TITLE, f"Файла {seen.file} нет, а есть ли зашифрованное, база не сказала.")
    if sealed.tried:
        return broken(
            TITLE,
            f"Файла {seen.file} нет, а в базе есть зашифрованные ключи доступа.",
            "Верните этот файл из копии или прежнее значение SECRET_KEY.",
        )
    return unknown(TITLE, "Ключа ещё нет: он появится при первом запуске.")
