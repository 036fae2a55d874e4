import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from evosync.db.connections import EvotorConnection, VkConnection
from evosync.db.sync import SyncConfig
from evosync.db.vault import KEY_FILE, Vault
from evosync.engine.rules import GonePolicy, Rounding, Selection, StockMode
from evosync.errors import Misconfigured, NeedsPerson
from evosync.keepers import KnownToken
from evosync.outbound.client import Request
from evosync.pictures import SHIPPED_PHOTO
from evosync.settings import Settings
from evosync.wiring import Installation, open_installation
from tests.builders import SHOP

ANNA = 1


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=sqlite_url, data_dir=tmp_path / "data")


@pytest.fixture
async def opened(settings: Settings) -> AsyncIterator[Installation]:
    async with open_installation(settings) as installation:
        yield installation


async def opening(settings: Settings) -> str:
    """Open an installation that cannot be opened; return the sentence."""
    with pytest.raises(Misconfigured) as caught:
        async with open_installation(settings):
            pass
    return caught.value.message


def set_revision(settings: Settings, revision: str) -> None:
    file = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


async def test_an_empty_folder_becomes_an_installation_that_opens_again(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")

    async with open_installation(settings) as first:
        sealed = first.vault.seal("чай")
    async with open_installation(settings) as second:
        assert second.vault.open(sealed) == "чай"

    key = settings.data_dir / KEY_FILE
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


async def test_a_configured_key_makes_no_file_and_old_keys_still_open(settings: Settings) -> None:
    sealed = Vault("older").seal("чай")
    configured = Settings(
        database_url=settings.database_url,
        data_dir=settings.data_dir,
        secret_key="newest",
        secret_key_old="old, older",
    )

    async with open_installation(configured) as opened:
        assert opened.vault.open(sealed) == "чай"

    assert not (settings.data_dir / KEY_FILE).exists()


async def test_a_schema_of_an_earlier_version_names_the_command(settings: Settings) -> None:
    set_revision(settings, "0001")

    told = await opening(settings)

    assert told == (
        "DATABASE_URL: схема базы от прежней версии EvoSync. Выполните: evosync migrate"
    )


async def test_a_schema_of_a_later_version_is_not_touched(settings: Settings) -> None:
    set_revision(settings, "9999")

    assert (await opening(settings)).startswith("DATABASE_URL: ")


async def test_a_picture_that_cannot_be_read_is_named(settings: Settings, tmp_path: Path) -> None:
    other = Settings(
        database_url=settings.database_url,
        data_dir=settings.data_dir,
        vk_default_photo_path=str(tmp_path / "нет.jpg"),
    )

    assert (await opening(other)).startswith("VK_DEFAULT_PHOTO_PATH: файл не читается")


async def test_a_file_without_certificates_is_named(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "roots.pem"
    file.write_text("чай")
    other = Settings(
        database_url=settings.database_url, data_dir=settings.data_dir, evotor_ca_file=str(file)
    )

    assert await opening(other) == "EVOTOR_CA_FILE: в файле нет сертификатов PEM."


async def test_the_shipped_picture_is_used_unless_another_is_given(
    opened: Installation, settings: Settings, tmp_path: Path
) -> None:
    own = tmp_path / "own.jpg"
    # The other end of the sizes that VK takes.
    Image.new("RGB", (400, 400), "teal").save(own)
    other = Settings(
        database_url=settings.database_url,
        data_dir=settings.data_dir,
        vk_default_photo_path=str(own),
    )

    assert opened.pictures == {opened.photo: SHIPPED_PHOTO.read_bytes()}
    async with open_installation(other) as second:
        assert second.pictures == {second.photo: own.read_bytes()}


async def test_the_clients_are_closed_in_the_end(settings: Settings) -> None:
    with pytest.raises(RuntimeError, match="a mistake"):
        async with open_installation(settings) as opened:
            raise RuntimeError("a mistake")

    for client in (opened.evotor, opened.vk):
        with pytest.raises(RuntimeError, match="closed"):
            await client.send(Request(method="GET", url="http://127.0.0.1:1/"))


async def test_a_user_of_vk_has_one_quota_whatever_the_token(opened: Installation) -> None:
    opened.vk_api(KnownToken("one"), 700)
    limiter = opened.limiters[700]

    opened.vk_api(KnownToken("two"), 700)
    opened.vk_api(KnownToken("three"), 701)
    opened.vk_api(KnownToken("four"), None)

    assert opened.limiters.keys() == {700, 701}
    assert opened.limiters[700] is limiter
    assert opened.limiters[701] is not limiter


async def test_the_rules_join_what_the_user_chose_with_what_the_installation_sets(
    opened: Installation,
) -> None:
    settings = Settings(vk_stock_amount=5, vk_category_id=7)
    config = SyncConfig(
        user_id=ANNA,
        price_multiplier=Decimal("1.10"),
        rounding=Rounding.TEN,
        stock_mode=StockMode.REAL,
        gone=GonePolicy.ZERO,
        allow_marked=True,
        allow_unknown_type=True,
    )
    selection = Selection(stores=frozenset({SHOP}))

    rules = replace(opened, settings=settings).rules(config, selection)

    assert (rules.selection, rules.photo) == (selection, opened.photo)
    assert opened.rules(replace(config, photo="own"), selection).photo == "own"
    assert (rules.stock_amount, rules.category_id) == (5, 7)
    names = ("price_multiplier", "rounding", "stock_mode", "gone", "adopt", "twins")
    switches = ("allow_marked", "allow_unknown_type")
    assert [getattr(rules, name) for name in names + switches] == [
        getattr(config, name) for name in names + switches
    ]


async def test_both_ends_are_built_from_sealed_tokens(opened: Installation) -> None:
    sealed = opened.vault.seal("a token")

    source = opened.source(EvotorConnection(user_id=ANNA, sealed_token=sealed))
    target = opened.target(
        VkConnection(user_id=ANNA, community_id=217, sealed_token=sealed, vk_user_id=700)
    )

    assert (source.requests, target.requests, target.calls) == (0, 0, 0)
    assert opened.limiters.keys() == {700}


async def test_a_token_that_another_key_sealed_needs_a_person(opened: Installation) -> None:
    sealed = Vault("another key").seal("a token")

    with pytest.raises(NeedsPerson, match="SECRET_KEY"):
        opened.source(EvotorConnection(user_id=ANNA, sealed_token=sealed))
    with pytest.raises(NeedsPerson, match="SECRET_KEY"):
        opened.target(VkConnection(user_id=ANNA, community_id=217, sealed_token=sealed))


async def test_a_known_token_is_never_renewed() -> None:
    keeper = KnownToken("a token")

    assert await keeper.token() == "a token"
    assert await keeper.refresh("a token") is None
