"""VK's errors: a method raises one, the door turns it into the answer `{"error": …}`."""

from typing import Any

# Code → text, from VK's published API schema (errors.json).
TEXTS = {
    1: "Unknown error occurred",
    3: "Unknown method passed",
    5: "User authorization failed",
    6: "Too many requests per second",
    8: "Invalid request",
    12: "Unable to compile code",
    13: "Runtime error occurred during code invocation",
    15: "Access denied",
    22: "Upload error",
    27: "Group authorization failed",
    100: "One of the parameters specified was missing or invalid",
    118: "Invalid server",
    121: "Invalid hash",
    125: "Invalid group id",
    129: "Invalid photo",
    205: "Access denied",
    1117: "Access token has expired",
    1400: "Too late for restore",
    1402: "Album not found",
    1403: "Item not found",
    1404: "Item already added to album",
    1405: "Too many items",
    1406: "Too many items in album",
    1407: "Too many albums",
    1408: "Item has bad links in description",
    1416: "Variant not found",
    1438: "Market not enabled",
    1446: "Main album can not be hidden",
    1518: "Item is not deleted",
    1525: "Market is disabled",
    9999: "Not supported http method",
}

METHOD_PERMISSION_DENIED = 1133  # error_subcode of 15: the token lacks the right


class Refused(Exception):
    """VK says no; `code` is its error_code, `detail` what follows the standard text."""

    def __init__(self, code: int, detail: str = "", *, subcode: int | None = None) -> None:
        self.code = code
        self.subcode = subcode
        self.text = f"{TEXTS[code]}: {detail}" if detail else TEXTS[code]
        super().__init__(f"[{code}] {self.text}")


def bad_parameter(name: str, reason: str) -> Refused:
    """Error 100 about one parameter, worded as VK words it."""
    return Refused(100, f"{name} {reason}")


def error_body(refused: Refused, asked: dict[str, str]) -> dict[str, Any]:
    """The `error` object; `asked` is echoed as request_params and must hold no token."""
    body: dict[str, Any] = {"error_code": refused.code, "error_msg": refused.text}
    if refused.subcode is not None:
        body["error_subcode"] = refused.subcode
    body["request_params"] = [{"key": key, "value": value} for key, value in asked.items()]
    return body
