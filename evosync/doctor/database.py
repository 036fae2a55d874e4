"""The database: whether it answers, is sound and set up well, and has this program's schema."""

from evosync.db.condition import CHARSET, MariaDbCondition, SqliteCondition
from evosync.db.migrate import SchemaState
from evosync.doctor.clocks import NOTABLE, Sample
from evosync.doctor.verdict import Verdict, attention, broken, good, unknown
from evosync.errors import EvoSyncError, Misconfigured
from evosync.spoken import size

DATABASE, WHOLENESS, SCHEMA, SERVER = (
    "База данных",
    "Целостность базы",
    "Схема базы",
    "Настройки MariaDB",
)

# What many ids in one text take, and pictures that people bring.
LEAST_PACKET_BYTES = 16 * 1024 * 1024


def judge_file(seen: SqliteCondition, *, is_passing: bool) -> list[Verdict]:
    """Judge a SQLite file; `is_passing` = it goes with its container."""
    told = f"SQLite {seen.version} (журнал {seen.journal}), {size(seen.size_bytes)}."
    verdicts = [good(DATABASE, told)]
    if is_passing:
        told += " Файл лежит внутри контейнера и пропадёт вместе с ним."
        verdicts = [attention(DATABASE, told, "Подключите том к папке DATA_DIR.")]
    match seen.trouble:
        case None:
            verdicts.append(good(WHOLENESS, "Быстрая проверка повреждений не нашла."))
        case "":
            verdicts.append(unknown(WHOLENESS, "База велика: за отведённое время не проверена."))
        case _:
            verdicts.append(
                broken(
                    WHOLENESS,
                    "Файл базы повреждён.",
                    "Остановите EvoSync, отложите файл и восстановите базу из копии.",
                )
            )
    return verdicts


def judge_server(seen: MariaDbCondition) -> list[Verdict]:
    """Judge a MariaDB server and our database on it."""
    verdicts = [good(DATABASE, f"MariaDB {seen.version}, {size(seen.size_bytes)}.")]
    if seen.is_read_only:
        told = "Сервер принимает только чтение (read_only)."
        return [broken(DATABASE, told, "Выключите read_only или укажите основной сервер.")]
    amiss = []
    if seen.foreign_tables:
        told = f"Таблиц не в кодировке {CHARSET}: {seen.foreign_tables}. Их меняли вручную."
        advice = f"Для каждой: ALTER TABLE … CONVERT TO CHARACTER SET {CHARSET};"
        amiss.append(attention(SERVER, told, advice))
    if seen.packet_bytes < LEAST_PACKET_BYTES:
        told = f"max_allowed_packet {size(seen.packet_bytes)}: большие каталоги не поместятся."
        amiss.append(attention(SERVER, told, "Задайте max_allowed_packet=16M или больше."))
    if seen.flush != 1:
        told = f"innodb_flush_log_at_trx_commit={seen.flush}: при сбое питания пропадёт последнее."
        advice = "Задайте 1, чтобы товар не создался в VK дважды."
        amiss.append(attention(SERVER, told, advice))
    fine = f"{CHARSET}, буфер InnoDB {size(seen.buffer_bytes)}, каждая запись сохраняется сразу."
    return verdicts + (amiss or [good(SERVER, fine)])


def judge_server_clock(sample: Sample) -> list[Verdict]:
    """Judge the clock of the database's machine; nothing is said when it goes as ours."""
    if abs(sample.ahead) <= NOTABLE:
        return []
    told = f"Часы базы и часы EvoSync расходятся на {abs(sample.ahead).total_seconds():.0f} с."
    return [attention(SERVER, told, "Включите синхронизацию времени на обеих машинах.")]


def judge_schema(state: SchemaState, revision: str) -> Verdict:
    """Judge the schema; `revision` is the newest that this program knows."""
    match state:
        case SchemaState.CURRENT:
            return good(SCHEMA, f"Обновлена до {revision}.")
        case SchemaState.BEHIND:
            told = "Схема от прежней версии EvoSync."
            return broken(SCHEMA, told, "Остановите службу и выполните: evosync migrate")
        case SchemaState.FUTURE:
            told = "Базу создала более новая версия EvoSync."
            return broken(SCHEMA, told, "Обновите программу или восстановите базу из копии.")
        case SchemaState.EMPTY:
            return unknown(SCHEMA, "База ещё пуста: таблицы появятся при первом запуске.")


def judge_fault(error: EvoSyncError) -> Verdict:
    """Judge a database that could not be looked at: the error's sentence says what to do."""
    if isinstance(error, Misconfigured):
        return broken(DATABASE, f"{error.name}: {error.why}")
    advice = "Проверьте, что сервер базы запущен и доступен по адресу из DATABASE_URL."
    return broken(DATABASE, error.message, advice if error.code == "database_down" else "")
