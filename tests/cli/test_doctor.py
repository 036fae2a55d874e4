"""The doctor at the command line, with an installation that is well or broken in one thing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from evosync.cli.exit_codes import DONE, FAILED, USAGE
from evosync.doctor import database, key, limits, looks, room
from evosync.doctor.connections import TITLES
from evosync.doctor.patient import NO_KEY
from evosync.sandbox.world import SandboxWorld
from tests.cli.conftest import Terminal, Told

NAMELESS = "http://evotor.invalid"  # RFC 2606: nobody has that name
NOWHERE = "http://127.0.0.1:9"
PASSWORD = "a-word-of-ours"

# What is said of a shop whose service does not run just now, where tests run in a container too.
USUAL = {
    "внимание База данных",
    *("внимание Сайт отвечает", "внимание Служба", "внимание Резервные копии"),
    *("не проверялось Почта", "не проверялось Вебхуки Эвотора", "не проверялось Запуски"),
}


@pytest.fixture(autouse=True)
def anywhere(evosync: Terminal) -> None:
    """Let what nobody asks about not be looked for in the net."""
    evosync.set(EVOTOR_API_URL=NOWHERE, VK_API_URL=NOWHERE, BASE_URL=NOWHERE, PORT="9")


@pytest.fixture
def well(anywhere: None, sandbox: None, anna: str) -> None:
    """Let nothing be broken: Anna's shop, of which nothing has been sent yet."""


def examined(evosync: Terminal, *options: str) -> Told:
    """Run the doctor, and see that it left every row as it was, but for the log of requests."""
    before = rows()
    told = evosync("doctor", *options)
    assert rows() == before
    return told


def rows() -> list[str]:
    """Give all that the database holds: connections as they were found, letters that wait."""
    file = Path("data/evosync.db")
    if not file.exists():
        return []
    with closing(sqlite3.connect(file)) as asked:
        return [line for line in asked.iterdump() if '"api_logs"' not in line]


def lines(told: Told) -> dict[str, str]:
    """Read the lines that are not in order: state and sentence by title."""
    found = {}
    for line in told.out.split("\n\n")[0].splitlines():
        state, title, sentence = (part.strip() for part in line.split("  ", 1)[0:1] + _rest(line))
        if state != "в порядке" and f"{state} {title}" not in USUAL:
            found[title] = f"{state}: {sentence}"
    return found


def _rest(line: str) -> list[str]:
    title, _, sentence = line.split("  ", 1)[1].strip().partition("  ")
    return [title, sentence]


@pytest.mark.usefixtures("well")
def test_where_nothing_is_broken_it_ends_with_0_and_makes_no_file(
    evosync: Terminal, data: Path
) -> None:
    before = sorted(data.iterdir())
    told = examined(evosync)
    assert (told.code, told.err, lines(told)) == (DONE, "", {})
    assert sorted(data.iterdir()) == before
    assert "Сломано" not in told.out
    assert told.out.endswith(", не проверялось: 3.\n")


@pytest.mark.usefixtures("well")
def test_programs_are_told_in_json(evosync: Terminal) -> None:
    told = examined(evosync, "--json").json
    one = next(each for each in told["checks"] if each["name"] == database.DATABASE)
    assert (one["section"], one["state"], one["advice"]) == ("База данных", "good", "")
    assert one["told"].startswith("SQLite ")


@pytest.mark.usefixtures("well")
@pytest.mark.parametrize(
    ("broken", "sentence"),
    [
        pytest.param("right", "У ключа VK нет права «Товары» (market).", id="no right"),
        pytest.param("market", "В сообществе выключен раздел «Товары».", id="no market"),
        pytest.param("role", "У вас нет прав на товары сообщества", id="no role"),
    ],
)
def test_what_a_key_does_not_open_is_named_with_whose_it_is(
    evosync: Terminal, anna: str, world: SandboxWorld, broken: str, sentence: str
) -> None:
    community = world.vk.state.communities[world.community_id]
    match broken:
        case "right":
            world.vk.state.tokens[world.vk_token].scopes.remove("market")
        case "market":
            community.market_enabled = False
        case _:
            community.admin_ids.clear()
    told = examined(evosync)
    found = lines(told)
    assert told.code == FAILED
    vk = next(title for title in TITLES.values() if "VK" in title)
    assert set(found) == {vk, f"{vk}: {anna}"}
    assert found[f"{vk}: {anna}"].startswith(f"сломано: {sentence}")
    assert world.vk_token not in told.out
    assert world.evotor_token not in told.out


@pytest.mark.usefixtures("well")
def test_a_name_that_dns_does_not_know_is_told_from_a_host_that_is_not_there(
    evosync: Terminal,
) -> None:
    evosync.set(EVOTOR_API_URL=NAMELESS, VK_API_URL=NOWHERE)
    told = examined(evosync)
    found = lines(told)
    assert told.code == FAILED
    assert found[looks.EVOTOR].startswith("сломано: Нет связи: имя evotor.invalid не находится")
    assert found[looks.VK].startswith("сломано: Нет связи: 127.0.0.1:9 не принимает соединение.")
    assert found["Часы"].startswith("не проверялось")


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [
        pytest.param("0013", "сломано: Схема от прежней версии EvoSync.", id="behind"),
        pytest.param("2099", "сломано: Базу создала более новая версия EvoSync.", id="future"),
    ],
)
def test_a_schema_of_another_version_is_told_and_left_as_it_is(
    evosync: Terminal, anna: str, data: Path, revision: str, sentence: str
) -> None:
    with closing(sqlite3.connect(data / "evosync.db")) as asked, asked:
        asked.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    told = examined(evosync)
    found = lines(told)
    assert (told.code, told.err) == (FAILED, "")
    assert found[database.SCHEMA].startswith(sentence)
    assert database.DATABASE not in found
    assert all(found[title].startswith("не проверялось: Схема") for title in TITLES.values())
    with closing(sqlite3.connect(data / "evosync.db")) as asked:
        assert asked.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]


def test_a_lost_key_is_told_and_no_other_is_made(evosync: Terminal, anna: str, data: Path) -> None:
    (data / "secret.key").unlink()
    told = examined(evosync)
    assert told.code == FAILED
    found = lines(told)
    assert found[key.TITLE].startswith("сломано: Файла data/secret.key нет, а в базе есть")
    assert {found[title] for title in TITLES.values()} == {f"не проверялось: {NO_KEY}"}
    assert not (data / "secret.key").exists()


def test_a_setting_that_only_its_use_finds_wrong_is_told(
    evosync: Terminal, anna: str, tmp_path: Path
) -> None:
    (tmp_path / "tea.jpg").write_text("no picture")
    evosync.set(VK_DEFAULT_PHOTO_PATH="tea.jpg")
    told = examined(evosync)
    found = lines(told)
    assert told.code == FAILED
    assert found["Настройки"].startswith("сломано: VK_DEFAULT_PHOTO_PATH: ")
    why = {found[title].removeprefix("не проверялось: ") for title in TITLES.values()}
    assert found["Настройки"].removeprefix("сломано: ").startswith(why.pop())
    assert key.TITLE not in found


def test_another_key_than_before_is_told(evosync: Terminal, anna: str, data: Path) -> None:
    (data / "secret.key").write_text("another key, and a long one\n")
    told = examined(evosync)
    assert told.code == FAILED
    found = lines(told)
    assert found[key.TITLE].startswith("сломано: Не открывает 2 из 2 сохранённых")
    assert all(found[f"{title}: {anna}"].startswith("сломано: ") for title in TITLES.values())


def test_a_damaged_file_is_told(evosync: Terminal, anna: str, data: Path) -> None:
    file = data / "evosync.db"
    whole = file.read_bytes()
    page = 4096
    file.write_bytes(whole[: 3 * page] + b"\xff" * (20 * page) + whole[23 * page :])
    told = evosync("doctor")
    assert (told.code, told.err) == (FAILED, "")
    assert lines(told)[database.WHOLENESS].startswith("сломано: Файл базы повреждён.")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        pytest.param(
            f"mariadb://evosync:{PASSWORD}@127.0.0.1:9/evosync",
            "сломано: База данных не отвечает.",
            id="nobody there",
        ),
        pytest.param(
            f"oracle://evosync:{PASSWORD}@db/x",
            "сломано: DATABASE_URL: база «oracle» не поддерживается",
            id="another kind",
        ),
    ],
)
def test_a_wrong_address_of_the_database_breaks_nothing_else(
    evosync: Terminal, url: str, sentence: str
) -> None:
    evosync.set(DATABASE_URL=url)
    told = examined(evosync)
    found = lines(told)
    assert (told.code, told.err) == (FAILED, "")
    assert found[database.DATABASE].startswith(sentence)
    assert found[limits.ROOM].startswith("не проверялось: База не открывается")
    assert room.MEMORY not in found
    assert PASSWORD not in told.out


def test_a_data_folder_that_cannot_be_is_told(evosync: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    evosync.set(DATA_DIR="file/data")
    told = examined(evosync)
    assert (told.code, told.err) == (FAILED, "")
    assert lines(told)[room.DISK].startswith("сломано: В папку file/data нельзя писать.")


def test_settings_that_cannot_be_read_end_as_with_any_command(evosync: Terminal) -> None:
    evosync.set(PORT="a dozen")
    told = examined(evosync)
    assert (told.code, told.out) == (USAGE, "")
    assert told.error.startswith("PORT: ")


def test_what_is_amiss_with_the_settings_file_is_named(evosync: Terminal, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("REDIS_URL=redis://x\n")
    file.chmod(0o644)
    told = examined(evosync).out
    assert "  .env: REDIS_URL: больше не используется." in told
    assert f"Файл {file} с паролями и ключами открыт другим пользователям машины." in told
    assert f"Выполните: chmod 600 {file}\n" in told
