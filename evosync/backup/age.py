"""A file under a passphrase, in the format of age: written as a stream, read at any place.

The format is public (https://age-encryption.org/v1), so that a backup opens
with other tools, too: `age -d`. Each chunk of 64 KiB is sealed with its number
and with whether it is the last one: what is cut off, swapped or changed is
noticed.
"""

import base64
import hmac
import io
import os
import re
import unicodedata
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

MAGIC = b"age-encryption.org/v1\n"
WORK_FACTOR = 15  # 2**15: 32 MB for a moment, a tenth of a second a guess
MOST_WORK = 20  # 1 GB: whoever asks for more has made the file to hurt

CHUNK = 64 * 1024  # bytes
_TAG = 16
_SEALED_CHUNK = CHUNK + _TAG
_HEADER = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"-> scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]?)\n([A-Za-z0-9+/]{43})\n---"
)
_MAC_LENGTH = 43  # characters: 32 bytes in base64 without its padding
_HEADER_LENGTH = 256  # bytes; such a header takes about 150


class WrongPassphrase(Exception):
    """The passphrase does not open the file."""


class Damaged(Exception):
    """The file is cut short, changed or not of this format."""


class SealingWriter(io.RawIOBase):
    """Seals whatever is written to it into another file; `close` ends it, and leaves that open."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        self._out = out
        self._waiting = bytearray()
        self._number = 0
        file_key, nonce = os.urandom(16), os.urandom(16)
        out.write(_header(file_key, passphrase))
        out.write(nonce)
        self._cipher = _payload_cipher(file_key, nonce)

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, content: "Buffer") -> int:
        """Take all of it; a chunk is sealed once it is known not to be the last."""
        taken = bytes(content)
        self._waiting += taken
        while len(self._waiting) > CHUNK:
            self._seal(CHUNK, is_last=False)
        return len(taken)

    def close(self) -> None:
        """Seal the last chunk."""
        if not self.closed:
            self._seal(len(self._waiting), is_last=True)
        super().close()

    def drop(self) -> None:
        """Close without an end: what was written stays unreadable."""
        super().close()

    def _seal(self, length: int, *, is_last: bool) -> None:
        plain = bytes(self._waiting[:length])
        del self._waiting[:length]
        self._out.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), plain, None))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads a sealed file from any place; holds one chunk.

    Raises WrongPassphrase when it is made, and Damaged then and from reading.
    """

    def __init__(self, source: BinaryIO, passphrase: str) -> None:
        self._source = source
        source.seek(0)
        file_key, begin = _opened_header(source.read(_HEADER_LENGTH), passphrase)
        source.seek(begin)
        self._cipher = _payload_cipher(file_key, source.read(16))
        self._begin = begin + 16
        sealed = source.seek(0, io.SEEK_END) - self._begin
        self._last = max(0, (sealed - 1) // _SEALED_CHUNK)
        self._size = sealed - _TAG * (self._last + 1)
        self._at = 0
        self._held = (-1, b"")
        if self._size < 0:
            raise Damaged
        self._chunk(self._last)  # the end is where it says, or it was cut

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; returns it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Read so many bytes, fewer only at the end."""
        left = max(0, self._size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        parts = []
        while wanted:
            number, inside = divmod(self._at, CHUNK)
            part = self._chunk(number)[inside : inside + wanted]
            parts.append(part)
            self._at += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def _chunk(self, number: int) -> bytes:
        if self._held[0] != number:
            self._source.seek(self._begin + number * _SEALED_CHUNK)
            sealed = self._source.read(_SEALED_CHUNK)
            nonce = _nonce(number, is_last=number == self._last)
            try:
                self._held = (number, self._cipher.decrypt(nonce, sealed, None))
            except InvalidTag:
                raise Damaged from None
        return self._held[1]


def _header(file_key: bytes, passphrase: str) -> bytes:
    salt = os.urandom(16)
    wrapping = ChaCha20Poly1305(_stretched(passphrase, salt, WORK_FACTOR))
    wrapped = wrapping.encrypt(bytes(12), file_key, None)
    stanza = b"-> scrypt %b %d\n%b\n---" % (_base64(salt), WORK_FACTOR, _base64(wrapped))
    return MAGIC + stanza + b" " + _base64(_mac(file_key, MAGIC + stanza)) + b"\n"


def _opened_header(given: bytes, passphrase: str) -> tuple[bytes, int]:
    """Return the file's key, and where its payload begins."""
    found = _HEADER.match(given)
    if found is None or int(found[2]) > MOST_WORK:
        raise Damaged
    try:
        salt, wrapped = (base64.b64decode(found[each] + b"==="[:3]) for each in (1, 3))
        wrapping = ChaCha20Poly1305(_stretched(passphrase, salt, int(found[2])))
        file_key = wrapping.decrypt(bytes(12), wrapped, None)
    except InvalidTag:
        raise WrongPassphrase from None
    end = found.end() + 1 + _MAC_LENGTH + 1
    mac = b" " + _base64(_mac(file_key, found[0])) + b"\n"
    if not hmac.compare_digest(given[found.end() : end], mac):
        raise Damaged
    return file_key, end


def _stretched(passphrase: str, salt: bytes, work_factor: int) -> bytes:
    # However a keyboard writes «й», it is one letter.
    typed = unicodedata.normalize("NFC", passphrase).encode(errors="surrogateescape")
    label = b"age-encryption.org/v1/scrypt"
    return Scrypt(salt=label + salt, length=32, n=2**work_factor, r=8, p=1).derive(typed)


def _mac(file_key: bytes, header: bytes) -> bytes:
    return hmac.digest(_derived(file_key, None, b"header"), header, "sha256")


def _payload_cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(_derived(file_key, nonce, b"payload"))


def _derived(file_key: bytes, salt: bytes | None, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(file_key)


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _base64(content: bytes) -> bytes:
    return base64.b64encode(content).rstrip(b"=")
