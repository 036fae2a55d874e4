"""The pages and the calls of the fake VK ID, as a browser and a program meet them."""

import re

import httpx
import pytest

from evosync.sandbox.sign_in import SignInFault
from evosync.sandbox.stricken import ConnectionDropped
from evosync.sandbox.vkid.world import VkId
from evosync.sandbox.world import FOREIGN_USER_ID, VK_CLIENT_ID, VK_USER_ID
from tests.sandbox.vkid.scene import CALLBACK, STATE, Program, asked, brought


async def test_the_page_asks_who_signs_in_and_says_what_for(vkid: VkId, program: Program) -> None:
    vkid.knobs.consent = "ask"
    shown = await program.visit(scope='market photos "><script>')
    assert shown.status_code == 200
    for words in ("VK ID (песочница)", "Анна Чайкина", "Борис", "Товары", "Фотографии", "Отмена"):
        assert words in shown.text
    assert "<script" not in shown.text
    assert "Сообщества" not in shown.text


@pytest.mark.parametrize("user_id", [VK_USER_ID, FOREIGN_USER_ID])
async def test_whoever_is_chosen_signs_in(vkid: VkId, program: Program, user_id: int) -> None:
    vkid.knobs.consent = "ask"
    page = (await program.visit()).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    assert fields == asked()
    answer = await program.client.post(
        "/vkid/authorize", data=fields | {"person": str(user_id), "answer": "grant"}
    )
    tokens = (await program.exchange(brought(answer))).json()
    assert tokens["user_id"] == user_id
    [person] = (await program.call(tokens["access_token"], "users.get"))["response"]
    assert person["id"] == user_id


async def test_a_person_who_is_not_there_does_not_sign_in(program: Program) -> None:
    form = asked() | {"person": "1", "answer": "grant"}
    assert (await program.client.post("/vkid/authorize", data=form)).status_code == 400


async def test_a_no_is_brought_back_by_the_page_and_by_the_switch(
    vkid: VkId, program: Program
) -> None:
    form = asked() | {"person": str(VK_USER_ID), "answer": "refuse"}
    by_page = brought(await program.client.post("/vkid/authorize", data=form))
    vkid.knobs.consent = "refuse"
    by_switch = await program.come_back()
    assert by_page == by_switch
    assert (by_page["error"], by_page["state"]) == ("access_denied", STATE)
    assert by_page["error_description"]
    assert (vkid.counters["refused"], vkid.counters["authorizations"]) == (2, 0)


async def test_a_yes_brings_what_vk_id_documents(program: Program) -> None:
    back = await program.come_back()
    assert back.keys() == {"code", "state", "device_id", "type", "expires_in"}
    assert (back["state"], back["type"], back["expires_in"]) == (STATE, "code_v2", "600")


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"client_id": "1"}, id="another program"),
        pytest.param({"client_id": None}, id="no program"),
        pytest.param({"redirect_uri": None}, id="no address"),
        pytest.param({"redirect_uri": "https://evil.example/"}, id="an unknown address"),
        pytest.param({"redirect_uri": "javascript:alert(1)/vk/callback"}, id="no web address"),
        pytest.param({"redirect_uri": "https://[1/vk/callback"}, id="no address at all"),
        pytest.param({"response_type": "token"}, id="another flow"),
        pytest.param({"state": None}, id="no state"),
        pytest.param({"code_challenge": None}, id="no challenge"),
        pytest.param({"code_challenge": "A" * 43 + "="}, id="a challenge with padding"),
        pytest.param({"code_challenge_method": "plain"}, id="another method"),
    ],
)
async def test_a_wrong_request_ends_on_a_page_and_leads_nowhere(
    vkid: VkId, program: Program, params: dict[str, str | None]
) -> None:
    answer = await program.visit(**params)
    assert (answer.status_code, answer.headers.get("location")) == (400, None)
    assert next(iter(params)) in answer.text
    assert vkid.counters["refused"] == 1


async def test_addresses_may_be_an_exact_list(vkid: VkId, program: Program) -> None:
    vkid.knobs.redirect_uris = ("https://shop.example/vk/callback",)
    assert (await program.visit()).status_code == 400
    vkid.knobs.redirect_uris += (CALLBACK,)
    assert (await program.come_back())["code"]


async def test_parameters_come_in_the_query_and_in_the_form(program: Program) -> None:
    back = await program.come_back(code_challenge_method="S256")
    query = {
        "grant_type": "authorization_code",
        "client_id": VK_CLIENT_ID,
        "device_id": back["device_id"],
        "code_verifier": "v" * 64,
        "redirect_uri": CALLBACK,
        "state": "x",
    }
    answer = await program.client.post(
        "/vkid/oauth2/auth", params=query, data={"code": back["code"]}
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "x")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("status", [400, 200])
async def test_errors_are_json_with_the_status_of_the_switch(
    vkid: VkId, program: Program, status: int
) -> None:
    vkid.knobs.error_status = status
    answer = await program.auth(grant_type="password", state="s")
    assert answer.status_code == status
    assert answer.json() == {
        "error": "unsupported_grant_type",
        "error_description": "grant_type is missing or invalid",
        "state": "s",
    }


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param(SignInFault(call="refresh", status=502, html=True), 502, id="a proxy's page"),
        pytest.param(
            SignInFault(call="refresh", status=500, after_work=True), 500, id="after the work"
        ),
    ],
)
async def test_a_fault_strikes_the_call_it_names(
    vkid: VkId, program: Program, fault: SignInFault, status: int
) -> None:
    vkid.faults.add(fault)
    tokens = await program.sign_in()
    assert (await program.refresh(tokens)).status_code == status
    done = vkid.counters["refreshes"] == 1
    assert done is fault.after_work
    again = (await program.refresh(tokens)).status_code
    assert again == (400 if fault.after_work else 200)


@pytest.mark.parametrize("after_work", [False, True], ids=["before", "after"])
async def test_a_connection_is_lost_before_the_work_or_after_it(
    vkid: VkId, program: Program, after_work: bool
) -> None:
    back = await program.come_back()
    vkid.faults.add(SignInFault(call="auth", drop=True, after_work=after_work))
    with pytest.raises((ConnectionDropped, httpx.TransportError)):
        await program.exchange(back)
    again = await program.exchange(back)
    assert again.status_code == (400 if after_work else 200)


async def test_a_fault_may_be_an_error_of_oauth(vkid: VkId, program: Program) -> None:
    tokens = await program.sign_in()
    vkid.faults.add(SignInFault(error="server_error", detail="try later"))
    answer = await program.refresh(tokens)
    assert answer.json()["error"] == "server_error"
    vkid.faults.add(SignInFault(error="server_error", after_work=True))
    assert (await program.refresh(tokens)).status_code == 400
    assert vkid.counters["refreshes"] == 1


def test_a_fault_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="error excludes"):
        SignInFault(error="server_error", drop=True)
    with pytest.raises(ValueError, match="detail needs"):
        SignInFault(detail="why")


async def test_it_is_steered_like_the_others(vkid: VkId, program: Program) -> None:
    await program.client.post("/control/vkid/knobs", json={"withheld_scopes": ["market"]})
    await program.client.post("/control/vkid/faults", json={"call": "auth", "status": 503})
    back = await program.come_back()
    assert (await program.exchange(back)).status_code == 503
    assert (await program.exchange(back)).json()["scope"] == "photos groups"
    state = (await program.client.get("/control")).json()["vkid"]
    assert (state["authorizations"], state["exchanges"], state["refused"]) == (1, 1, 0)
    assert (state["struck"], state["faults"]) == (1, [])
    assert state["knobs"]["withheld_scopes"] == ["market"]


async def test_a_world_without_people_says_so(vkid: VkId, program: Program) -> None:
    vkid.people.clear()
    assert "некому" in (await program.visit()).text
