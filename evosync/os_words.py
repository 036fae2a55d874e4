"""The machine's own refusals in Russian: why a file or an address could not be had (pure)."""

import errno
import socket

_WORDS = {
    errno.EACCES: "нет прав",
    errno.EADDRINUSE: "он уже занят",
    errno.EADDRNOTAVAIL: "такого адреса у этой машины нет",
    errno.EBUSY: "занято другой программой",
    errno.EDQUOT: "квота на диске исчерпана",
    errno.EEXIST: "такое имя уже занято",
    errno.EFBIG: "файл больше, чем можно",
    errno.EIO: "диск отвечает ошибкой",
    errno.EISDIR: "это папка",
    errno.ELOOP: "ссылки ведут по кругу",
    errno.EMFILE: "открыто слишком много файлов",
    errno.ENAMETOOLONG: "имя слишком длинное",
    errno.ENOENT: "такого файла или папки нет",
    errno.ENOSPC: "на диске нет места",
    errno.ENOTDIR: "часть пути не папка",
    errno.EPERM: "система не разрешает",
    errno.EROFS: "диск только для чтения",
    socket.EAI_NONAME: "такого имени нет",
}

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def reason_of(error: OSError) -> str:
    """Say in a few words why the machine refused; a rare reason stays in English."""
    return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__


def code_of(error: OSError) -> str:
    """Give the code of a Misconfigured that tells of this: room may come by itself."""
    return "no_room" if error.errno in _NO_ROOM else "settings"
