"""What waits is counted where a person reads it, and for nothing else that a page fetches."""

import httpx
import pytest

from evosync.web.state import AppState
from tests.web.counting import counted
from tests.web.people import Person
from tests.web.ran import Ran


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/runs/{run}", 1),
        ("/runs/{run}?part=live", 0),
        ("/sync/photo/picture", 0),
        ("/catalog/stores/export.csv", 0),
    ],
)
async def test_it_is_counted_once_for_a_page_and_never_for_a_part_of_one(
    annas: httpx.AsyncClient, state: AppState, anna: Person, path: str, number: int
) -> None:
    run_id = await Ran(state=state, user_id=anna.id).begin(stage="market")
    with counted(state.database) as sent:
        answer = await annas.get(path.format(run=run_id))
    assert answer.status_code == 200
    assert len([each for each in sent if "FROM problems" in each]) == number
