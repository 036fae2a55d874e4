"""The form of one's own account (evosync.web.pages.profile_edit)."""

import httpx

from evosync.db import account_changes, accounts
from evosync.web.state import AppState
from tests.web.people import OWN_SITE, Person


async def new_email(state: AppState, person: Person) -> str | None:
    async with state.database.read() as tx:
        user = await accounts.find_user(tx, person.id)
    assert user is not None
    return user.new_email


async def test_who_mistyped_a_new_e_mail_stays_with_the_present_one(
    state: AppState, anna: Person, annas: httpx.AsyncClient
) -> None:
    now = state.desk.clock()
    await state.database.write(account_changes.set_new_email, anna.id, "ana@example.com", now)
    page = await annas.get("/profile/edit")
    # The button belongs to a form of its own: Enter in a field must not press it.
    assert 'form="keep-email"' in page.text
    assert page.text.count('<form id="keep-email"') == 1
    form = {"name": "Анна", "email": anna.email, "time_zone": "Europe/Moscow", "current": ""}
    await annas.post("/profile/edit", data=form, headers=OWN_SITE)
    assert await new_email(state, anna) == "ana@example.com"
    answer = await annas.post("/profile/edit", data={"keep_email": "1"}, headers=OWN_SITE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile/edit")
    assert await new_email(state, anna) is None
    page = await annas.get("/profile/edit")
    assert "Остаётся прежняя почта." in page.text
    assert "keep-email" not in page.text
