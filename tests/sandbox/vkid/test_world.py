"""Codes, tokens and their ends in the fake VK ID."""

from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from evosync.sandbox.vkid.world import VkId, challenge_of
from evosync.sandbox.world import (
    CLOSED_COMMUNITY_ID,
    COMMUNITY_ID,
    FOREIGN_USER_ID,
    VK_TOKEN,
    VK_USER_ID,
    SandboxWorld,
)
from tests.sandbox.conftest import HandClock
from tests.sandbox.vkid.scene import CALLBACK, Program, s256

EXPIRED = 1117
INVALID = 5


def refused(answer: Any, error: str = "invalid_grant") -> None:
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert challenge_of(verifier) == challenge == s256(verifier)


async def test_a_code_becomes_tokens_of_the_fake_vk(program: Program) -> None:
    tokens = await program.sign_in()
    assert tokens.keys() == {
        "access_token",
        "refresh_token",
        "id_token",
        "token_type",
        "expires_in",
        "user_id",
        "state",
        "scope",
        "device_id",
    }
    assert tokens["access_token"].startswith("vk2.a.")
    assert (tokens["expires_in"], tokens["user_id"]) == (3600, VK_USER_ID)
    assert (tokens["state"], tokens["scope"]) == ("state-of-the-exchange", "market photos groups")
    groups = await program.call(tokens["access_token"], "groups.get", filter="admin", extended=1)
    listed = {group["id"]: group["name"] for group in groups["response"]["items"]}
    assert listed == {COMMUNITY_ID: "Чайная", CLOSED_COMMUNITY_ID: "Чайный клуб"}
    market = await program.call(tokens["access_token"], "market.get", owner_id=-COMMUNITY_ID)
    assert market["response"]["count"] == 0


async def test_a_code_is_good_once(program: Program) -> None:
    back = await program.come_back()
    assert (await program.exchange(back)).status_code == 200
    refused(await program.exchange(back))


async def test_a_code_is_good_for_ten_minutes(program: Program, clock: HandClock) -> None:
    first, second = await program.come_back(), await program.come_back()
    clock.at += 599
    assert (await program.exchange(first)).status_code == 200
    clock.at += 1
    refused(await program.exchange(second))
    await program.come_back()
    refused(await program.exchange(second))


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"code": "x"}, "invalid_grant", id="another code"),
        pytest.param({"code": None}, "invalid_request", id="no code"),
        pytest.param({"client_id": "1"}, "invalid_client", id="another program"),
        pytest.param({"redirect_uri": CALLBACK + "/"}, "invalid_grant", id="another address"),
        pytest.param({"device_id": "x"}, "invalid_grant", id="another device"),
        pytest.param({"device_id": None}, "invalid_request", id="no device"),
        pytest.param({"code_verifier": "w" * 64}, "invalid_grant", id="another verifier"),
        pytest.param({"code_verifier": s256("v" * 64)}, "invalid_grant", id="the challenge"),
        pytest.param({"code_verifier": "v" * 42}, "invalid_request", id="a short verifier"),
    ],
)
async def test_a_code_is_bound_and_a_wrong_exchange_leaves_it(
    vkid: VkId, program: Program, fields: dict[str, str | None], error: str
) -> None:
    back = await program.come_back()
    refused(await program.exchange(back, **fields), error)
    assert (vkid.counters["refused"], vkid.counters["exchanges"]) == (1, 0)
    assert (await program.exchange(back)).status_code == 200


async def test_a_withheld_right_opens_no_method(vkid: VkId, program: Program) -> None:
    vkid.knobs.withheld_scopes = ("market",)
    tokens = await program.sign_in()
    assert tokens["scope"] == "photos groups"
    answer = await program.call(tokens["access_token"], "market.get", owner_id=-COMMUNITY_ID)
    assert (answer["error"]["error_code"], answer["error"]["error_subcode"]) == (15, 1133)


@pytest.mark.parametrize("scope", [None, "market,photos"], ids=["none", "not separated by spaces"])
async def test_who_asks_for_no_right_learns_the_name_alone(
    program: Program, scope: str | None
) -> None:
    assert (await program.sign_in(scope=scope))["scope"] == "vkid.personal_info"


@pytest.mark.parametrize("code", [5, 1117])
async def test_an_access_token_ends_with_its_hour(
    world: SandboxWorld, program: Program, clock: HandClock, code: Literal[5, 1117]
) -> None:
    world.vk.knobs.expired_token_code = code
    tokens = await program.sign_in()
    clock.at += 3599
    assert await program.code(tokens["access_token"]) == 0
    clock.at += 1
    assert await program.code(tokens["access_token"]) == code
    assert await program.code(VK_TOKEN) == 0


async def test_a_refresh_gives_a_new_pair_and_leaves_the_old_access_token(
    program: Program, clock: HandClock
) -> None:
    first = await program.sign_in()
    clock.at += 3000
    second = (await program.refresh(first)).json()
    assert second["state"] == "state-of-the-refresh"
    assert second["scope"] == first["scope"]
    assert len({first["access_token"], second["access_token"]}) == 2
    assert [await program.code(each["access_token"]) for each in (first, second)] == [0, 0]
    clock.at += 600
    codes = [await program.code(each["access_token"]) for each in (first, second)]
    assert codes == [EXPIRED, 0]
    refused(await program.refresh(first))
    third = await program.refresh(second | {"device_id": first["device_id"]})
    assert third.status_code == 200


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        pytest.param({"device_id": "x"}, "invalid_grant", id="another device"),
        pytest.param({"refresh_token": "x"}, "invalid_grant", id="another token"),
        pytest.param({"refresh_token": None}, "invalid_request", id="no token"),
        pytest.param({"client_id": "1"}, "invalid_client", id="another program"),
    ],
)
async def test_a_wrong_refresh_leaves_the_chain(
    program: Program, fields: dict[str, str | None], error: str
) -> None:
    tokens = await program.sign_in()
    refused(await program.refresh(tokens, **fields), error)
    assert (await program.refresh(tokens)).status_code == 200


async def test_with_grace_the_last_spent_token_is_good_again_and_the_newer_one_dies(
    vkid: VkId, program: Program, clock: HandClock
) -> None:
    vkid.knobs.refresh_grace_s = 60
    first = await program.sign_in()
    device = {"device_id": first["device_id"]}
    lost = (await program.refresh(first)).json() | device
    clock.at += 59
    second = (await program.refresh(first)).json() | device
    refused(await program.refresh(lost))
    clock.at += 1
    refused(await program.refresh(first))
    assert (await program.refresh(second)).status_code == 200


async def test_grace_ends_when_the_newer_token_is_used(vkid: VkId, program: Program) -> None:
    vkid.knobs.refresh_grace_s = 60
    first = await program.sign_in()
    second = (await program.refresh(first)).json() | {"device_id": first["device_id"]}
    assert (await program.refresh(second)).status_code == 200
    refused(await program.refresh(first))


async def post(program: Program, call: str, **fields: str) -> Any:
    given = {"client_id": "53000777"} | fields
    return await program.client.post(f"/vkid/oauth2/{call}", data=given)


async def test_a_revocation_ends_the_whole_sign_in_and_no_other(
    vkid: VkId, program: Program
) -> None:
    first, other = await program.sign_in(), await program.sign_in()
    second = (await program.refresh(first)).json() | {"device_id": first["device_id"]}
    answer = await post(program, "revoke", access_token=second["access_token"])
    assert answer.json() == {"response": 1}
    codes = [await program.code(each["access_token"]) for each in (first, second, other)]
    assert codes == [INVALID, INVALID, 0]
    refused(await program.refresh(second))
    assert vkid.counters["revocations"] == 1
    again = await post(program, "revoke", access_token=second["access_token"])
    refused(again, "invalid_token")


async def test_a_logout_ends_one_access_token(program: Program) -> None:
    first = await program.sign_in()
    second = (await program.refresh(first)).json() | {"device_id": first["device_id"]}
    answer = await post(program, "logout", access_token=first["access_token"])
    assert answer.json() == {"response": 1}
    codes = [await program.code(each["access_token"]) for each in (first, second)]
    assert codes == [INVALID, 0]
    assert (await program.refresh(second)).status_code == 200


async def test_it_tells_who_signed_in(program: Program, clock: HandClock) -> None:
    tokens = await program.sign_in(scope="market phone")
    answer = await post(program, "user_info", access_token=tokens["access_token"])
    user = answer.json()["user"]
    assert user.keys() == {"user_id", "first_name", "last_name", "avatar", "email", "phone"}
    assert (user["user_id"], user["first_name"]) == (str(VK_USER_ID), "Анна")
    assert (user["email"], user["phone"] != "") == ("", True)
    wrong = await post(program, "user_info", access_token=tokens["access_token"], client_id="1")
    refused(wrong, "invalid_client")
    clock.at += 3600
    late = await post(program, "user_info", access_token=tokens["access_token"])
    refused(late, "invalid_token")


async def test_vk_may_end_everything_of_a_person_at_once(vkid: VkId, program: Program) -> None:
    tokens = await program.sign_in()
    waiting = await program.come_back()
    vkid.knobs.person_id = FOREIGN_USER_ID
    others = await program.sign_in()
    vkid.revoke_all(VK_USER_ID)
    assert await program.code(tokens["access_token"]) == INVALID
    assert await program.code(VK_TOKEN) == INVALID
    refused(await program.refresh(tokens))
    refused(await program.exchange(waiting))
    assert await program.code(others["access_token"]) == 0


async def test_access_may_expire_before_its_hour(vkid: VkId, program: Program) -> None:
    tokens = await program.sign_in()
    vkid.expire_access(VK_USER_ID)
    assert await program.code(tokens["access_token"]) == EXPIRED
    assert await program.code(VK_TOKEN) == 0
    renewed = (await program.refresh(tokens)).json()
    assert await program.code(renewed["access_token"]) == 0


async def test_sign_ins_outlive_a_restart(
    world: SandboxWorld, program: Program, clock: HandClock, tmp_path: Path
) -> None:
    tokens, back = await program.sign_in(), await program.come_back()
    world.save(tmp_path / "world.json")
    loaded = SandboxWorld.load(tmp_path / "world.json", clock=clock)
    assert loaded.vk.state == world.vk.state
    given = {
        "client_id": loaded.vkid.client_id,
        "refresh_token": tokens["refresh_token"],
        "device_id": tokens["device_id"],
        "code": back["code"],
        "code_verifier": "v" * 64,
        "redirect_uri": CALLBACK,
    }
    assert loaded.vkid.refresh(given)["user_id"] == VK_USER_ID
    assert loaded.vkid.exchange(given | {"device_id": back["device_id"]})["scope"]


def test_a_world_saved_before_there_were_sign_ins_still_opens(
    world: SandboxWorld, tmp_path: Path
) -> None:
    path = tmp_path / "world.json"
    world.save(path)
    saved = msgspec.json.decode(path.read_bytes())
    del saved["vk"]["vkid"]
    for token in saved["vk"]["tokens"].values():
        del token["expires_at"]
    path.write_bytes(msgspec.json.encode(saved))
    assert SandboxWorld.load(path).vk.state == world.vk.state
