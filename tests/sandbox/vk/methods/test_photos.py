import json
from collections.abc import Callable
from typing import Any

import pytest

from evosync.sandbox.vk.world import VkWorld
from tests.sandbox.vk.scene import ANNA_ID, BORIS, SHOP, SHOP_ID, Api

Draw = Callable[..., bytes]


@pytest.fixture
async def door(api: Api) -> str:
    """An upload address of the shop."""
    return str((await api.ok("market.getProductPhotoUploadServer", group_id=SHOP_ID))["upload_url"])


async def test_a_product_photo_is_uploaded_and_saved(
    api: Api, vk: VkWorld, door: str, picture: Draw
) -> None:
    answer = await api.client.post(door, files={"file": picture(700, 500)})
    body = json.loads(answer.text)
    assert body["meta"].keys() == {"height", "kid", "width"}
    assert (body["meta"]["width"], body["group_id"]) == ("700", SHOP_ID)
    assert {"sha", "secret", "hash", "server", "user_id", "request_id", "album_id"} < body.keys()
    saved = await api.ok("market.saveProductPhoto", upload_response=answer.text)
    assert saved["photo"]["owner_id"] == SHOP
    shown = await api.client.get(saved["photo"]["sizes"][0]["url"])
    assert shown.content == vk.state.pictures[vk.state.photos[saved["photo_id"]].sha]


async def test_one_address_takes_many_files(api: Api, door: str, picture: Draw) -> None:
    answers = [await api.client.post(door, files={"file": picture()}) for _ in range(2)]
    saved = [
        await api.ok("market.saveProductPhoto", upload_response=answer.text) for answer in answers
    ]
    assert saved[0]["photo_id"] != saved[1]["photo_id"]


async def test_several_files_are_saved_in_their_order(
    api: Api, vk: VkWorld, door: str, picture: Draw
) -> None:
    files = {"file2": picture(600, 500), "file1": picture(600, 400)}
    answer = await api.client.post(door, files=files)
    assert await api.code("market.saveProductPhoto", upload_response=answer.text) == 100
    saved = await api.ok("market.saveProductPhotoBulk", upload_response=answer.text)
    assert [vk.state.photos[photo["photo_id"]].height for photo in saved] == [400, 500]


async def test_a_single_file_may_be_saved_in_bulk(api: Api, door: str, picture: Draw) -> None:
    answer = await api.client.post(door, files={"file": picture()})
    assert len(await api.ok("market.saveProductPhotoBulk", upload_response=answer.text)) == 1


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        pytest.param(
            lambda text: text.replace(f'"user_id":{ANNA_ID}', '"user_id":1'), 121, id="touched"
        ),
        pytest.param(
            lambda text: json.dumps(json.loads(text) | {"hash": "0"}), 121, id="unknown hash"
        ),
        pytest.param(lambda text: text[:-1], 100, id="cut short"),
        pytest.param(lambda text: "[]", 100, id="empty list"),
        pytest.param(lambda text: '{"hash":5}', 100, id="hash is no text"),
    ],
)
async def test_only_an_untouched_answer_is_saved(
    api: Api, vk: VkWorld, door: str, picture: Draw, spoil: Callable[[str], str], code: int
) -> None:
    answer = await api.client.post(door, files={"file": picture()})
    assert await api.code("market.saveProductPhoto", upload_response=spoil(answer.text)) == code
    assert vk.state.photos == {}


async def test_an_answer_is_saved_once_and_by_whom_it_was_given_to(
    api: Api, vk: VkWorld, door: str, picture: Draw
) -> None:
    text = (await api.client.post(door, files={"file": picture()})).text
    assert await api.by(BORIS).code("market.saveProductPhoto", upload_response=text) == 121
    await api.ok("market.saveProductPhoto", upload_response=text)
    assert await api.code("market.saveProductPhoto", upload_response=text) == 22
    assert len(vk.state.photos) == 1


@pytest.mark.parametrize(
    ("group_id", "code"), [(102, 15), (999, 125), (0, 100)], ids=["foreign", "unknown", "zero"]
)
async def test_an_address_is_given_for_ones_own_community(
    api: Api, group_id: int, code: int
) -> None:
    assert await api.code("market.getProductPhotoUploadServer", group_id=group_id) == code


@pytest.mark.parametrize(
    ("files", "word"),
    [
        pytest.param({"file": b"GIF89a, or so it says"}, "ERR_UPLOAD_BAD_IMAGE", id="broken"),
        pytest.param({"file": b""}, "ERR_UPLOAD_BAD_IMAGE", id="empty"),
        pytest.param({"picture": b"x"}, "ERR_UPLOAD_NO_FILE", id="wrong field"),
    ],
)
async def test_a_bad_upload_is_told_in_json(
    api: Api, vk: VkWorld, door: str, files: dict[str, bytes], word: str
) -> None:
    answer = await api.client.post(door, files=files)
    body = json.loads(answer.text)
    assert answer.status_code == 200
    assert body["error"].startswith(word + ":")
    assert {"error_code", "error_msg", "error_descr"} < body.keys()
    assert vk.state.receipts == {}


async def test_a_false_address_takes_nothing(api: Api, picture: Draw) -> None:
    answer = await api.client.post("/upload/photo/v2?token=x", files={"file": picture()})
    assert json.loads(answer.text)["error"].startswith("ERR_UPLOAD_BAD_TOKEN")


async def test_an_album_cover_goes_its_own_way(api: Api, vk: VkWorld, picture: Draw) -> None:
    door = (await api.ok("photos.getMarketAlbumUploadServer", group_id=SHOP_ID))["upload_url"]
    small = await api.client.post(door, files={"file": picture(1279, 720)})
    assert "1280x720" in small.text
    body = json.loads((await api.client.post(door, files={"file": picture(1280, 720)})).text)
    assert body.keys() == {"server", "photo", "hash", "gid"}
    params: dict[str, Any] = {key: body[key] for key in ("server", "photo", "hash")}
    params["group_id"] = body["gid"]
    for wrong, code in [("hash", 121), ("photo", 129), ("server", 118)]:
        assert await api.code("photos.saveMarketAlbumPhoto", **params | {wrong: "0"}) == code
    [photo] = await api.ok("photos.saveMarketAlbumPhoto", **params)
    album = await api.ok("market.addAlbum", owner_id=SHOP, title="Чаи", photo_id=photo["id"])
    assert vk.albums(SHOP_ID)[0].album_id == album["market_album_id"]


async def test_the_removed_methods_can_be_switched_on(api: Api, vk: VkWorld, picture: Draw) -> None:
    vk.knobs.removed_photo_methods = True
    door = (await api.ok("photos.getMarketUploadServer", group_id=SHOP_ID))["upload_url"]
    body = json.loads((await api.client.post(door, files={"file": picture()})).text)
    assert body.keys() == {"server", "photo", "hash", "crop_data", "crop_hash"}
    [photo] = await api.ok("photos.saveMarketPhoto", group_id=SHOP_ID, **body)
    assert photo["id"] in vk.state.photos
