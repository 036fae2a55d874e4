"""The pages on which a person looks at what would be sent."""

from tests.browser.state import state_of

_PATH, _TITLE = "/sync/preview", "Проверить перед отправкой"

SENDING = [
    state_of("sync-preview", "nothing connected", _PATH, _TITLE, "boris"),
    state_of("sync-preview", "none yet", _PATH, _TITLE, "anna"),
    state_of("sync-preview", "going on", _PATH, "Проверяем", "egor"),
    state_of("sync-preview", "failed", _PATH, "Проверка не удалась", "clara"),
    state_of("sync-preview", "first push", _PATH, _TITLE, "dasha"),
    state_of("sync-preview", "mixed", _PATH, f"(3) {_TITLE}", "lena"),
    state_of("sync-preview", "nothing to send", _PATH, _TITLE, "faina"),
]
