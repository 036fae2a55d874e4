"""Rows of what a run changed, as one line a product or an album."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, update

from evosync.catalog.item import AlbumLink
from evosync.db import links, run_counts, run_rows, runs
from evosync.db.engine import Database
from evosync.db.links import Place
from evosync.db.run_rows import ChangeSearch, Found, Section
from evosync.db.runs import RunKind, RunTrigger
from evosync.db.tables.runs import run_changes
from evosync.db.tables.runs import runs as runs_table
from evosync.db.types import Tx, folded
from tests.builders import NOON

COMMUNITY = 77


def row(kind: str, name: str, product_id: str | None = None, **values: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "product_id": product_id,
        "item_id": values.pop("item_id", None),
        "name": name,
        "name_folded": folded(name),
        "changes": values.pop("changes", {}),
        "outcome": values.pop("outcome", "planned"),
        "code": values.pop("code", None),
        "message": values.pop("message", None),
        "created_at": NOON,
    }


def put(key: str, *product_ids: str) -> dict[str, Any]:
    """Make the row of products that are put in an album."""
    changes = {"album_id": [None, None], "product_ids": [None, list(product_ids)]}
    return row("put_in_album", key, changes=changes)


async def write_run(
    database: Database, user_id: int, rows: Sequence[dict[str, Any]], community_id: int = COMMUNITY
) -> int:
    """Write a preview down with these rows."""
    run_id = await database.write(
        runs.create_run, user_id, RunKind.PREVIEW, RunTrigger.BUTTON, NOON, community_id
    )
    await write_rows(database, user_id, run_id, rows)
    return run_id


async def write_rows(
    database: Database, user_id: int, run_id: int, rows: Sequence[dict[str, Any]]
) -> None:
    """Write rows of a run down."""
    whose = {"run_id": run_id, "user_id": user_id}

    async def work(tx: Tx) -> None:
        if rows:
            await tx.execute(insert(run_changes), [whose | each for each in rows])

    await database.write(work)


async def search(database: Database, run_id: int, **wanted: Any) -> Found:
    async with database.read() as tx:
        return await run_rows.search_changes(tx, run_id, ChangeSearch(**wanted))


MIXED = [
    row("hide", "Зимний чай", "winter", item_id=3),
    row("update", "Ассам", "assam", item_id=1, changes={"price": [100, 200]}),
    row("update", "Ассам", "assam", item_id=1, changes={"title": ["Асам", "Ассам"]}),
    row("update", "Пуэр 100% _чёрный", "puer", changes={"price": [3, 4]}, outcome="held"),
    row("create", "Мёд", "honey", changes={"price": [None, 420_00], "title": [None, "Мёд"]}),
    row("add_album", "Сладкое к чаю"),
    put("сладкое к чаю", "honey"),
    row("take_from_album", "Assam", "assam", item_id=1, changes={"album_ids": [[5], None]}),
    put("чёрный", "assam", "x"),
]


async def test_what_is_done_to_one_product_or_album_is_one_line(
    database: Database, anna: int
) -> None:
    place = Place(user_id=anna, community_id=COMMUNITY)
    albums = [
        AlbumLink(key="зелёный", album_id=5, title="Зелёный", is_made=True),
        AlbumLink(key="чёрный", album_id=6, title="Чёрный", is_made=True),
    ]
    await database.write(links.save_album_links, place, albums, NOON)
    run_id = await write_run(database, anna, MIXED)
    found = await search(database, run_id)
    assert [(each.section, each.name, each.outcome) for each in found.lines] == [
        (Section.NEW, "Мёд", "planned"),
        (Section.CHANGED, "Ассам", "planned"),
        (Section.CHANGED, "Пуэр 100% _чёрный", "held"),
        (Section.OFF, "Зимний чай", "planned"),
        (Section.ALBUMS, "Сладкое к чаю", "planned"),
        (Section.ALBUMS, "Чёрный", "planned"),
    ]
    honey, assam, *_, sweet, black = found.lines
    assert honey.put_in == ("Сладкое к чаю",)
    assert (assam.taken_from, assam.put_in, assam.item_id) == (("Зелёный",), ("Чёрный",), 1)
    assert set(assam.changes) == {"price", "title", "album_ids"}
    assert sweet.kinds == {"add_album", "put_in_album"}
    assert (sweet.goods, black.goods) == (1, 2)
    assert found.total == 6
    assert found.by_section == {
        Section.NEW: 1,
        Section.CHANGED: 2,
        Section.OFF: 1,
        Section.ALBUMS: 2,
    }
    assert found.by_outcome == {"planned": 5, "held": 1}


async def test_lines_are_filtered_and_each_filter_tells_what_it_would_leave(
    database: Database, anna: int
) -> None:
    run_id = await write_run(database, anna, MIXED)
    held = await search(database, run_id, outcomes=["held"])
    assert [each.product_id for each in held.lines] == ["puer"]
    assert (held.total, held.by_section) == (1, {Section.CHANGED: 1})
    assert held.by_outcome == {"planned": 5, "held": 1}
    changed = await search(database, run_id, section=Section.CHANGED, outcomes=["planned"])
    assert [each.product_id for each in changed.lines] == ["assam"]
    assert changed.by_outcome == {"planned": 1, "held": 1}


async def test_words_are_found_whatever_their_case_and_marks_mean_themselves(
    database: Database, anna: int
) -> None:
    run_id = await write_run(database, anna, MIXED)
    for words, names in (
        ("АССАМ", ["assam"]),
        ("100% _Черный", ["puer"]),
        ("%", ["puer"]),
        ("\\", []),
        ("'; --", []),
        ("🍵", []),
        ("ё" * 10_000, []),
        ("   ", ["honey", "assam", "puer", "winter", None, None]),
    ):
        found = await search(database, run_id, words=words)
        assert [each.product_id for each in found.lines] == names, words
        assert found.total == len(names)


async def test_of_an_unfinished_run_the_latest_come_first_and_its_failures_say_why(
    database: Database, anna: int
) -> None:
    rows = [
        row("update", "Ассам", "assam", changes={"price": [1, 2]}, outcome="done"),
        row("update", "Ассам", "assam", outcome="failed", code="100", message="photo"),
        row("update", "Пуэр", "puer", changes={"price": [1, 2]}, outcome="done"),
    ]
    run_id = await write_run(database, anna, rows)
    found = await search(database, run_id, latest_first=True)
    assert [(each.product_id, each.outcome) for each in found.lines] == [
        ("puer", "done"),
        ("assam", "failed"),
        ("assam", "done"),
    ]
    assert (found.lines[1].code, found.lines[1].message) == ("100", "photo")


async def test_long_lists_come_by_pages(database: Database, anna: int) -> None:
    rows = [row("create", f"Чай {number:03}", f"p{number}") for number in range(201)]
    run_id = await write_run(database, anna, rows)
    last = await search(database, run_id, page=3)
    assert [each.name for each in last.lines] == ["Чай 200"]
    assert (last.total, len((await search(database, run_id, page=4)).lines)) == (201, 0)


async def test_fields_are_counted_by_products(database: Database, anna: int) -> None:
    sly = row("update", 'Чай "photo":[', "sly", changes={"title": ["", 'Чай "price":[']})
    run_id = await write_run(database, anna, [*MIXED, sly])
    async with database.read() as tx:
        counted = await run_counts.count_fields(tx, run_id, ["planned"])
    assert counted == {"price": 1, "title": 2, "album": 1}


async def test_anothers_albums_lend_no_titles(database: Database, anna: int, boris: int) -> None:
    theirs = Place(user_id=boris, community_id=COMMUNITY)
    album = AlbumLink(key="чёрный", album_id=6, title="Чужая", is_made=True)
    await database.write(links.save_album_links, theirs, [album], NOON)
    run_id = await write_run(database, anna, MIXED)

    async def nowhere(tx: Tx) -> None:
        await tx.execute(
            update(runs_table).where(runs_table.c.id == run_id).values(community_id=None)
        )

    await database.write(nowhere)
    found = await search(database, run_id, section=Section.ALBUMS)
    assert [each.name for each in found.lines] == ["Сладкое к чаю", "чёрный"]


async def test_outcomes_that_go_together_are_one_line_and_one_count(
    database: Database, anna: int
) -> None:
    rows = [
        row("update", "Чай", "tea", outcome="planned", changes={"stock": [1, 2]}),
        row("update", "Чай", "tea", outcome="held", changes={"price": [100, 900]}),
        row("update", "Мёд", "honey", outcome="planned", changes={"stock": [1, 2]}),
    ]
    run_id = await write_run(database, anna, rows)
    joined = await search(database, run_id, outcomes=("planned", "held"))
    assert (joined.total, joined.by_section) == (2, {Section.CHANGED: 2})
    [tea, _] = joined.lines
    assert tea.changes == {"stock": [1, 2], "price": [100, 900]}
    apart = await search(database, run_id)
    assert (apart.total, len(apart.lines)) == (3, 3)
