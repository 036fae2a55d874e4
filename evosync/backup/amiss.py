"""What is amiss with the backups that are made by themselves, in sentences (pure)."""

from dataclasses import dataclass

from evosync.backup.folder import FolderSeen
from evosync.db.backups import LastBackup


@dataclass(frozen=True, slots=True, kw_only=True)
class Amiss:
    """What is so, and what to do; `word` is what a badge says of it."""

    word: str
    told: str
    advice: str


def find_amiss(last: LastBackup | None, seen: FolderSeen, trouble: str) -> Amiss | None:
    """Find what keeps backups from being made or being there; None = nothing is known to.

    `trouble` is why the last try failed; "" = it did not, or nobody can tell.
    """
    folder = seen.folder
    if not seen.is_writable:
        return Amiss(
            word="Копии не делаются",
            told=f"В папку {folder} нельзя писать.",
            advice="Отдайте её пользователю, от имени которого работает EvoSync.",
        )
    if trouble:
        return Amiss(
            word="Копия не вышла",
            told=f"Сделать копию не вышло. {trouble}",
            advice="Устраните причину: попытка повторяется каждые 15 минут.",
        )
    if last is not None and not seen.has_last:
        return Amiss(
            word="Копия пропала",
            told=f"Её файла {last.file} нет в папке {folder}.",
            advice="Если вы его не переносили, сделайте копию сами: evosync backup ФАЙЛ",
        )
    return None
