"""Questions whether what stands in VK is a product of the till, answered on the preview."""

from typing import Any

import pytest

from tests.flow.stand import product_named, small_world
from tests.web.outside import Outside
from tests.web.sending import PREVIEW, Sender

CUP = "Чашка белая"


@pytest.fixture
def outside() -> Outside:
    """Give a small shop."""
    return Outside(world=small_world())


@pytest.fixture
def configured() -> dict[str, Any]:
    """Let pictures go where the sandbox takes them."""
    return {"vk_api_url": "http://127.0.0.1/vk", "vk_upload_hosts": "127.0.0.1"}


async def test_a_yes_takes_the_card_that_stands_and_a_no_makes_another(sender: Sender) -> None:
    by_hand = [sender.put_by_hand(7, CUP), sender.put_by_hand(8, "Чай номер 1")]
    page = await sender.preview()
    assert "Ждут ответа: 2." in page.text
    cup, tea = (product_named(sender.world, name) for name in (CUP, "Чай номер 1"))

    assert await sender.press("/adoption", product=cup.id, answer="yes") == f"{PREVIEW}#pairs"
    said = await sender.look()
    assert "Учтём при следующей проверке и отправке." in said.text
    assert "Ждут ответа: 1." in said.text
    await sender.press("/adoption", product=tea.id, answer="no")
    assert "Ответы записаны." in (await sender.look()).text

    page = await sender.preview()
    assert "карточка найдена в VK у 1." in page.text
    await sender.press("/sync/confirm", preview=page.values["preview"])
    await sender.press("/sync/run")
    assert (by_hand[0].sku, by_hand[0].price) == (cup.id, 390_00)
    assert (by_hand[1].sku, by_hand[1].price) == ("", 1)
    assert [item.title for item in sender.items()].count("Чай номер 1") == 2
    answers = [act.detail for act in await sender.ends.acts() if act.action == "adoption.decided"]
    assert answers == [{"answer": "yes", "products": 1}, {"answer": "no", "products": 1}]


async def test_a_yes_to_several_is_to_the_first_and_to_no_other(sender: Sender) -> None:
    cup = product_named(sender.world, CUP)
    twin = sender.world.add_product(CUP, 450, parent_id=cup.parent_id, quantity=2)
    by_hand = [sender.put_by_hand(item_id, CUP) for item_id in (7, 8)]
    await sender.preview()
    for product_id in (cup.id, twin.id):
        await sender.press("/adoption", product=product_id, answer="yes")
    page = await sender.preview()
    # Both were told that it is the first: whose the second is, nobody has said.
    assert "карточка найдена в VK у 1." in page.text
    assert "Ждут ответа: 1." in page.text
    await sender.press("/sync/confirm", preview=page.values["preview"])
    assert {by_hand[0].sku} <= {cup.id, twin.id}
    assert (by_hand[1].sku, by_hand[1].price) == ("", 1)


async def test_one_answer_to_all_leaves_out_what_would_be_a_guess(sender: Sender) -> None:
    for number, name in ((7, CUP), (8, CUP), (9, "Чай номер 1")):
        sender.put_by_hand(number, name)
    await sender.preview()
    await sender.press("/adoption", all="1", answer="yes")
    assert "не ясно, какая карточка чья" in (await sender.look()).text
    assert "Ждут ответа: 1." in (await sender.look()).text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"answer": "maybe", "product": "x"}, "Ничего не изменили."),
        ({"answer": "yes"}, "Ничего не изменили."),
        ({"answer": "yes", "product": "%_\\'🍵" + "я" * 10_000}, "Вопроса об этом уже нет."),
        ({"answer": "yes", "all": "1"}, "Вопроса об этом уже нет."),
    ],
)
async def test_an_answer_to_nothing_changes_nothing(
    sender: Sender, form: dict[str, str], told: str
) -> None:
    assert await sender.press("/adoption", **form) == f"{PREVIEW}#pairs"
    assert told in (await sender.look()).text
