"""The picture of the goods: looked at, taken, refused, given back."""

import hashlib
import io
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image

from evosync.catalog.problem import Problem
from evosync.db import pictures, problems
from evosync.db.pictures import OwnPicture
from evosync.pictures import MAX_OWN_PHOTO_BYTES, SHIPPED_PHOTO
from evosync.web.pages.sync_photo import TOO_LARGE
from evosync.web.state import AppState
from tests.web.ends import page_of
from tests.web.people import Person, add_person, browser

JPEG = SHIPPED_PHOTO.read_bytes()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="500" height="500"><script/></svg>'
MEGABYTE = 1024 * 1024
STRANGE = "Это не картинка JPG, PNG или GIF."


def drawn(size: tuple[int, int] = (400, 500), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


def bomb() -> bytes:
    """Make a small file that holds a hundred million points."""
    out = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    return out.getvalue()


async def send(client: httpx.AsyncClient, body: bytes, name: str = "чай.png") -> httpx.Response:
    return await client.post("/sync/photo", files={"picture": (name, body)})


async def own(state: AppState, person: Person) -> OwnPicture | None:
    async with state.database.read() as tx:
        return await pictures.find_picture(tx, person.id)


async def shown(client: httpx.AsyncClient) -> httpx.Response:
    return await client.get("/sync/photo/picture")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(drawn(), "image/png", id="PNG"),
        pytest.param(drawn(kind="GIF"), "image/gif", id="GIF"),
        pytest.param(drawn(kind="JPEG"), "image/jpeg", id="JPEG"),
    ],
)
async def test_a_picture_is_taken_as_it_is_and_shown_to_its_owner_alone(
    body: bytes, kind: str, state: AppState, app: object, anna: Person, annas: httpx.AsyncClient
) -> None:
    usual = await shown(annas)
    assert (usual.content, usual.headers["content-type"]) == (JPEG, "image/jpeg")
    answer = await send(annas, body)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sync/photo")
    mine = await shown(annas)
    assert (mine.content, mine.headers["content-type"]) == (body, kind)
    boris = await add_person(state, "boris@coffee.example")
    async with browser(app, boris) as client:
        assert (await shown(client)).content == JPEG
    page = page_of(await annas.get("/sync/photo"))
    assert "Ваша картинка" in page.text
    sha = hashlib.sha256(body).hexdigest()
    kept = await annas.get(f"/sync/photo/picture?v={sha}")
    assert "immutable" in kept.headers["cache-control"]
    assert "no-store" in mine.headers["cache-control"]
    answer = await annas.post("/sync/photo", data={"remove": "1"})
    assert answer.status_code == 303
    assert (await shown(annas)).content == JPEG
    assert await own(state, anna) is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b"a teapot, not a picture", STRANGE, id="a text"),
        pytest.param(b"", STRANGE, id="an empty file"),
        pytest.param(SVG, STRANGE, id="SVG"),
        pytest.param(b"%PDF-1.7", STRANGE, id="PDF"),
        pytest.param(drawn()[:200], "Картинка повреждена.", id="half a picture"),
        pytest.param(drawn()[:40] + b"x" * 400, "Картинка повреждена.", id="a broken one"),
        pytest.param(drawn((399, 800)), "от 400×400", id="too small"),
        pytest.param(drawn((410, 8300)), "не более чем 20 к 1", id="too long"),
        pytest.param(bomb(), "Картинка слишком большая.", id="a bomb"),
        pytest.param(b"\x89PNG" + b"x" * MAX_OWN_PHOTO_BYTES, TOO_LARGE, id="too large"),
    ],
)
async def test_what_vk_would_not_take_is_refused_in_one_sentence(
    body: bytes, why: str, state: AppState, anna: Person, annas: httpx.AsyncClient
) -> None:
    await send(annas, drawn())
    before = await own(state, anna)
    answer = await send(annas, body)
    assert answer.status_code == 422
    assert why in page_of(answer).beside["picture"]
    assert await own(state, anna) == before


class Large:
    """A form with a large file, sent piece by piece; `sent` is how much was taken so far."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        head = b'--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
        for piece in (head, *(b"x" * 65536 for _ in range(self.size // 65536))):
            self.sent += len(piece)
            yield piece


@pytest.mark.parametrize(
    ("megabytes", "is_told", "heard"),
    [
        # A browser looks for the answer once its file is sent; nobody listens for ever.
        pytest.param(40, True, 40, id="by its own word"),
        pytest.param(300, True, 65, id="beyond all measure"),
        pytest.param(40, False, 11, id="without a word"),
    ],
)
async def test_a_picture_of_40_megabytes_gets_its_sentence(
    megabytes: int,
    is_told: bool,
    heard: int,
    state: AppState,
    anna: Person,
    annas: httpx.AsyncClient,
) -> None:
    large = Large(megabytes * MEGABYTE)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    if is_told:
        headers["Content-Length"] = str(large.size)
    answer = await annas.post("/sync/photo", content=large, headers=headers)
    assert answer.status_code == 413
    assert TOO_LARGE in answer.text
    assert (heard - 2) * MEGABYTE < large.sent < (heard + 1) * MEGABYTE
    assert await own(state, anna) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"picture": "a text"}, id="a text for a file"),
        pytest.param({"remove": "0"}, id="no removal"),
    ],
)
async def test_without_a_file_nothing_happens(
    data: dict[str, str], annas: httpx.AsyncClient
) -> None:
    answer = await annas.post("/sync/photo", data=data)
    assert answer.status_code == 422
    assert page_of(answer).beside["picture"] == "Выберите картинку."


async def test_what_vk_said_of_the_picture_is_shown(
    state: AppState, anna: Person, annas: httpx.AsyncClient
) -> None:
    told = Problem(
        product_id="p", store_id="s", name="Чай", code="photo_refused", detail={"why": "мелко"}
    )
    await state.database.write(problems.save_problems, anna.id, [told], state.desk.clock())
    for at in ("/sync", "/sync/photo"):
        assert "VK не принял картинку: мелко." in (await annas.get(at)).text
