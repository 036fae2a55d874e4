"""Pictures: uploaded once, remembered, sent to VK's hosts only."""

import httpx
import pytest
import respx

from evosync.errors import NeedsPerson, TryLater
from evosync.sandbox.vk.world import VkWorld
from evosync.vk.errors import VkRefusal
from tests.vk.stand import SHA, SMALL_SHA, UPLOAD_URL, Stand, answer, refusal

RECEIPT = '{"hash": "h",  "server":"1"}'


async def test_a_picture_is_uploaded_once_and_then_known(shop: Stand, world: VkWorld) -> None:
    first = await shop.photos.shared(SHA)
    assert first in world.state.photos
    assert await shop.photos.shared(SHA) == first
    assert shop.notes.ids == {SHA: first}
    assert world.gate.uploads == 1


async def test_a_remembered_picture_costs_nothing(shop: Stand, world: VkWorld) -> None:
    shop.notes.ids[SHA] = 77
    assert await shop.photos.shared(SHA) == 77
    assert world.requests == 0


async def test_an_id_that_vk_refused_is_replaced_once_for_all(shop: Stand, world: VkWorld) -> None:
    shop.notes.ids[SHA] = 77
    fresh = await shop.photos.shared(SHA, refused=77)
    assert fresh != 77
    assert await shop.photos.shared(SHA, refused=77) == fresh
    assert shop.notes.ids == {SHA: fresh}
    assert world.gate.uploads == 1


async def test_where_sharing_is_refused_each_asking_is_an_upload(
    shop: Stand, world: VkWorld
) -> None:
    await shop.photos.refuse_sharing()
    assert await shop.photos.shared(SHA) != await shop.photos.shared(SHA)
    assert world.gate.uploads == 2
    assert world.calls["market.getProductPhotoUploadServer"] == 1  # the address serves both


async def test_an_upload_address_is_not_used_for_ever(shop: Stand, world: VkWorld) -> None:
    await shop.photos.own(SHA)
    shop.watch.now_s += 601
    await shop.photos.own(SHA)
    assert world.calls["market.getProductPhotoUploadServer"] == 2


async def test_a_picture_that_vk_refuses_is_a_value_with_its_words(shop: Stand) -> None:
    refused = await shop.photos.shared(SMALL_SHA)
    assert isinstance(refused, VkRefusal)
    assert refused.code == 22
    assert refused.message
    assert shop.notes.ids == {}


async def test_a_picture_nobody_has_is_refused(shop: Stand) -> None:
    assert isinstance(await shop.photos.shared("0" * 64), VkRefusal)


async def test_the_receipt_goes_to_vk_word_for_word(
    odd: Stand, vk: respx.Route, host: respx.Route
) -> None:
    vk.side_effect = [answer({"upload_url": UPLOAD_URL}), answer({"photo_id": 5})]
    host.side_effect = [httpx.Response(200, text=RECEIPT, headers={"content-type": "text/html"})]
    assert await odd.photos.own(SHA) == 5
    sent = httpx.QueryParams(vk.calls[-1].request.content.decode())
    assert sent["upload_response"] == RECEIPT
    (upload,) = [call.request for call in host.calls]
    assert b'name="file"; filename="picture.png"' in upload.content
    assert b"access_token" not in upload.content


async def test_an_upload_is_repeated_after_a_stumble_of_the_host(
    odd: Stand, vk: respx.Route, host: respx.Route
) -> None:
    vk.side_effect = [answer({"upload_url": UPLOAD_URL}), answer({"photo_id": 5})]
    host.side_effect = [
        httpx.Response(502),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, text=RECEIPT),
    ]
    assert await odd.photos.own(SHA) == 5


async def test_a_host_that_stays_silent_ends_the_run(
    odd: Stand, vk: respx.Route, host: respx.Route
) -> None:
    vk.side_effect = [answer({"upload_url": UPLOAD_URL})]
    host.side_effect = httpx.ReadTimeout("slow")
    with pytest.raises(TryLater):
        await odd.photos.own(SHA)


async def test_an_address_that_ran_out_is_asked_for_anew(
    odd: Stand, vk: respx.Route, host: respx.Route
) -> None:
    server = answer({"upload_url": UPLOAD_URL})
    vk.side_effect = [server, answer({"photo_id": 5}), server, answer({"photo_id": 6})]
    host.side_effect = [
        httpx.Response(200, text=RECEIPT),
        httpx.Response(200, json={"error": "expired", "error_code": 1}),
        httpx.Response(200, text=RECEIPT),
    ]
    assert await odd.photos.own(SHA) == 5
    assert await odd.photos.own(SHA) == 6


@pytest.mark.parametrize(
    "word",
    [
        pytest.param(httpx.Response(200, text="<html>"), id="a page"),
        pytest.param(httpx.Response(200, json={"error_code": 22}), id="an error without words"),
        pytest.param(httpx.Response(200, json={"error": "ERR_UPLOAD_BAD_IMAGE: x"}), id="an error"),
    ],
)
async def test_an_upload_without_a_receipt_is_refused(
    odd: Stand, vk: respx.Route, host: respx.Route, word: httpx.Response
) -> None:
    vk.side_effect = [answer({"upload_url": UPLOAD_URL})]
    host.side_effect = [word]
    assert isinstance(await odd.photos.own(SHA), VkRefusal)
    assert vk.call_count == 1


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        pytest.param([refusal(100)], 100, id="no address"),
        pytest.param([answer({})], 22, id="an odd address"),
        pytest.param([answer({"upload_url": UPLOAD_URL}), refusal(129)], 129, id="not saved"),
        pytest.param([answer({"upload_url": UPLOAD_URL}), answer([])], 22, id="no id"),
        pytest.param([answer({"upload_url": "https://[::1/up"})], 22, id="half an address"),
    ],
)
async def test_refusals_around_the_upload_are_values(
    odd: Stand, vk: respx.Route, host: respx.Route, answers: list[httpx.Response], code: int
) -> None:
    vk.side_effect = answers
    host.side_effect = [httpx.Response(200, text=RECEIPT)]
    refused = await odd.photos.own(SHA)
    assert isinstance(refused, VkRefusal)
    assert refused.code == code


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://evil.test/upload", id="a stranger"),
        pytest.param("https://notvk.test/upload", id="a name that only ends alike"),
        pytest.param("http://pu.vk.test/upload", id="not https"),
    ],
)
async def test_a_picture_goes_to_known_hosts_only(odd: Stand, vk: respx.Route, url: str) -> None:
    vk.side_effect = [answer({"upload_url": url})]
    with pytest.raises(NeedsPerson) as raised:
        await odd.photos.own(SHA)
    assert raised.value.code == "photo_refused"
