import base64
import io

import pytest

from evosync.backup.age import CHUNK, Damaged, SealedReader, SealingWriter, WrongPassphrase

PASSPHRASE = "correct horse battery"
# Made by rage, another program (pyrage 1.3): what it sealed, we open.
OF_ANOTHER_PROGRAM = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCA2QTdRdjVIU0U2Qjhwc2hhaEQxVXZnIDE1Ck9CdGpla"
    "GpqVlk3UlVQSGQ2cHp5MS85WlhQNGVNOUpRQWF6U3ZLcCt3Sk0KLS0tIDZRZXFKOFEveFZJcHRBcWJ2RFpyN2"
    "5qNTRmTVdZU3N1ZnBXazBVckIvRjgKENRu1bRqlIwvgiMYz404WyyQ8Ncb1y24LC+daOXNNjvGOHEEwxvKeaB"
    "XA73wZi75KHrGQQBJS4Y="
)


def sealed(content: bytes) -> bytes:
    out = io.BytesIO()
    writer = SealingWriter(out, PASSPHRASE)
    for begin in range(0, len(content), 50_000):
        writer.write(content[begin : begin + 50_000])
    writer.close()
    return out.getvalue()


def opened(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    return SealedReader(io.BytesIO(content), passphrase).read()


def test_what_another_program_sealed_opens() -> None:
    assert opened(OF_ANOTHER_PROGRAM).decode() == "Привет, копия"


@pytest.mark.parametrize("length", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_was_sealed_opens_whatever_its_length(length: int) -> None:
    content = bytes(number % 251 for number in range(length))
    assert opened(sealed(content)) == content


def test_it_is_read_from_any_place() -> None:
    content = bytes(number % 251 for number in range(3 * CHUNK))
    reader = SealedReader(io.BytesIO(sealed(content)), PASSPHRASE)
    assert reader.seek(-CHUNK - 5, io.SEEK_END) == 2 * CHUNK - 5
    assert reader.read(10) == content[2 * CHUNK - 5 : 2 * CHUNK + 5]
    assert reader.tell() == 2 * CHUNK + 5
    assert reader.seek(7) == 7
    assert reader.read(CHUNK) == content[7 : CHUNK + 7]


def test_the_same_letters_typed_on_another_keyboard_open_it() -> None:
    out = io.BytesIO()
    writer = SealingWriter(out, "мой пароль")  # «й» as one sign
    writer.write(b"x")
    writer.close()
    assert opened(out.getvalue(), "мой пароль") == b"x"  # as «и» with a breve


def test_a_wrong_passphrase_is_told_apart_from_damage() -> None:
    with pytest.raises(WrongPassphrase):
        opened(sealed(b"x"), "another passphrase")


THREE = 3 * CHUNK
SEALED_CHUNK = CHUNK + 16


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda file: file[:-1], id="the last byte is gone"),
        pytest.param(lambda file: file[:-SEALED_CHUNK], id="the last chunk is gone"),
        pytest.param(lambda file: file[: -2 * SEALED_CHUNK], id="two chunks are gone"),
        pytest.param(
            lambda file: (
                file[: -2 * SEALED_CHUNK]
                + file[-SEALED_CHUNK:]
                + file[-2 * SEALED_CHUNK : -SEALED_CHUNK]
            ),
            id="two chunks have changed places",
        ),
        pytest.param(
            lambda file: file[:-SEALED_CHUNK] + file[-2 * SEALED_CHUNK :], id="a chunk comes twice"
        ),
        pytest.param(lambda file: file + b"x", id="more follows"),
        pytest.param(
            lambda file: file[:-9] + bytes([file[-9] ^ 1]) + file[-8:], id="a byte is another"
        ),
        pytest.param(lambda file: file.replace(b" 15\n", b" 21\n", 1), id="it asks for gigabytes"),
        pytest.param(lambda file: file.replace(b"scrypt", b"X25519", 1), id="another kind of key"),
        pytest.param(lambda file: file[:100], id="a header cut short"),
        pytest.param(lambda file: file.replace(b"--- ", b"--- A", 1), id="a header changed"),
    ],
)
def test_whatever_happened_to_a_sealed_file_is_noticed(change: object) -> None:
    assert callable(change)
    with pytest.raises(Damaged):
        opened(change(sealed(bytes(THREE))))
