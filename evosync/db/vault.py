"""Secrets at rest: sealed before they are written to a row, opened when a client needs them."""

import base64
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from evosync.errors import Misconfigured, NeedsPerson
from evosync.os_words import code_of, reason_of

KEY_FILE = "secret.key"
_NAME = "SECRET_KEY"
_SEALING = "sealing"
_NAMING = "key id"
_KEY_BYTES = 32  # what Fernet takes, and as much as SHA-256 gives


class Vault:
    """Seals and opens texts with the newest key; what older keys sealed still opens."""

    def __init__(self, secret_key: str, old_keys: Sequence[str] = ()) -> None:
        self._keys = (secret_key, *(key for key in old_keys if key))
        if not secret_key:
            raise Misconfigured(_NAME, "ключ пуст.")
        self._fernet = MultiFernet(
            [Fernet(base64.urlsafe_b64encode(key)) for key in self.derive(_SEALING)]
        )

    def __repr__(self) -> str:
        """Say nothing about the keys."""
        return "Vault()"

    def seal(self, text: str) -> str:
        """Return the text sealed: printable, and different each time."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the text; raises NeedsPerson when none of the keys sealed it."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise NeedsPerson(
                "Сохранённый ключ доступа не расшифровать: SECRET_KEY другой, чем был. "
                "Верните прежний или подключите сервис заново.",
                code="sealed_unreadable",
            ) from None

    def sealed_anew(self, sealed: str) -> str | None:
        """Return the same text sealed with the newest key; None when none of the keys opens it."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken:
            return None

    def derive(self, purpose: str) -> tuple[bytes, ...]:
        """Return the keys of another purpose, such as cookies: the newest first, then the old."""
        return tuple(
            HKDF(
                algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=f"evosync {purpose}".encode()
            ).derive(key.encode())
            for key in self._keys
        )


def open_vault(
    data_dir: Path, *, configured: str, old: Sequence[str], has_sealed_rows: bool
) -> Vault:
    """Open the vault with the configured key, else with the one of the key file.

    The file is made at the first start. A database that holds sealed rows
    had a key already: a new one could open none of them, so then the missing
    key is Misconfigured.
    """
    path = data_dir / KEY_FILE
    kept = _read(path)
    if configured:
        # Who moves the key to the settings, or sets a new one, keeps what is sealed.
        return Vault(configured, (*old, kept))
    if kept:
        return Vault(kept, old)
    if has_sealed_rows:
        raise Misconfigured(
            _NAME,
            f"в базе есть зашифрованные ключи доступа, а файла {path} нет. "
            "Верните этот файл или прежнее значение SECRET_KEY.",
        )
    return Vault(_create(path, new_key()), old)


def list_keys(data_dir: Path, *, configured: str, old: Sequence[str]) -> tuple[str, ...]:
    """List the keys of an installation, the newest first; none is made. Raises as `open_vault`."""
    kept = _read(data_dir / KEY_FILE)
    return tuple(dict.fromkeys(filter(None, (configured, kept, *old))))


def new_key() -> str:
    """Make a key; it is kept nowhere yet."""
    return secrets.token_urlsafe(_KEY_BYTES)


def keep_key(data_dir: Path, key: str) -> None:
    """Put a key into the key file.

    Raises Misconfigured when the file cannot be made, or holds another key.
    """
    path = data_dir / KEY_FILE
    if _create(path, key) != key:
        raise Misconfigured(_NAME, f"файл {path} появился только что. Повторите команду.")


def key_id(key: str) -> str:
    """Return what tells a key from others and nothing of the key itself."""
    return Vault(key).derive(_NAMING)[0][:8].hex()


def _read(path: Path) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(_NAME, f"файл {path} не читается.") from None
    if not key:
        raise Misconfigured(_NAME, f"файл {path} пуст. Верните его из копии.")
    return key


def _create(path: Path, key: str) -> str:
    """Make the file; returns the key in it, another one if somebody was first."""
    unfinished = path.with_name(f".{KEY_FILE}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(file, "w", encoding="utf-8") as out:
                out.write(f"{key}\n")
                out.flush()
                os.fsync(out.fileno())
            # Unlike a rename, a link fails when another process was first.
            os.link(unfinished, path)
        finally:
            unfinished.unlink()
    except FileExistsError:
        return _read(path)
    except OSError as error:
        why = f"файл {path} не создать ({reason_of(error)})."
        raise Misconfigured(_NAME, why, code=code_of(error)) from None
    return key
