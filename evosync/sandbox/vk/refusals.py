"""VK's errors: a method raises one, the door turns it into the answer `{"error": …}`."""

from collections.abc import Mapping
from typing import Any, Literal

# Code → text, from VK's published API schema (errors.json).
TEXTS = {
    1: "Unknown error occurred",
    2: "Application is disabled. Enable your application or use test mode",
    3: "Unknown method passed",
    5: "User authorization failed",
    6: "Too many requests per second",
    7: "Permission to perform this action is denied",
    8: "Invalid request",
    9: "Flood control",
    10: "Internal server error",
    11: "In test mode application should be disabled or user should be authorized",
    12: "Unable to compile code",
    13: "Runtime error occurred during code invocation",
    14: "Captcha needed",
    15: "Access denied",
    17: "Validation required",
    18: "User was deleted or banned",
    22: "Upload error",
    23: "This method was disabled",
    24: "Confirmation required",
    27: "Group authorization failed",
    28: "Application authorization failed",
    29: "Rate limit reached",
    36: "Method execution was interrupted due to timeout",
    37: "User was banned",
    43: "This section is temporary unavailable",
    100: "One of the parameters specified was missing or invalid",
    105: "Couldn't save file",
    118: "Invalid server",
    121: "Invalid hash",
    122: "Invalid photos",
    125: "Invalid group id",
    129: "Invalid photo",
    200: "Access denied",
    203: "Access to group denied",
    205: "Access denied",
    601: "Permission denied. You have requested too many actions this day. Try later.",
    1117: "Access token has expired",
    1400: "Too late for restore",
    1402: "Album not found",
    1403: "Item not found",
    1404: "Item already added to album",
    1405: "Too many items",
    1406: "Too many items in album",
    1407: "Too many albums",
    1408: "Item has bad links in description",
    1409: "Extended market not enabled",
    1416: "Variant not found",
    1433: "Invalid image crop format",
    1434: "Crop bottom right corner is outside of the image",
    1435: "Crop size is less than the minimum",
    1438: "Market not enabled",
    1446: "Main album can not be hidden",
    1518: "Item is not deleted",
    1525: "Market is disabled",
    3300: "Recaptcha needed",
    3609: "Token extension required",
    3610: "User is deactivated",
    9999: "Not supported http method",
}

# How an error 14 looks: since July 2025 the check is a page at `redirect_uri` and the picture of
# old only a stub beside it ("both"); since August 2026 some answers have no picture at all ("new").
Captcha = Literal["new", "both", "old"]

METHOD_PERMISSION_DENIED = 1133  # error_subcode of 15: the token lacks the right


class Refused(Exception):
    """VK says no.

    `code` is its error_code, `detail` what follows the standard text, `extra`
    what else the error object holds.
    """

    def __init__(
        self,
        code: int,
        detail: str = "",
        *,
        subcode: int | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.code = code
        self.subcode = subcode
        self.extra = extra or {}
        text = TEXTS.get(code, "Error")
        self.text = f"{text}: {detail}" if detail else text
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
    return body | dict(refused.extra)


def person_needed(code: int, captcha: Captcha, now: float) -> dict[str, Any]:
    """What errors that only a person can mend hold beside their text; of others nothing."""
    sid = str(int(now * 1000))
    match code:
        case 14:
            return _captcha(sid, captcha, now)
        case 17:
            return {"redirect_uri": f"https://m.vk.com/login?act=security_check&sid={sid}"}
        case 24:
            return {"confirmation_text": "Подтвердите действие."}
        case _:
            return {}


def _captcha(sid: str, captcha: Captcha, now: float) -> dict[str, Any]:
    picture = {"captcha_sid": sid, "captcha_img": f"https://vk.com/captcha.php?sid={sid}"}
    if captcha == "old":
        return picture
    page: dict[str, Any] = {
        "redirect_uri": f"https://id.vk.com/not_robot_captcha?domain=vk.com&session_token={sid}",
        "is_refresh_enabled": True,
        "captcha_ts": round(now, 3),
        "captcha_attempt": 1,
        "captcha_ratio": 2.6,
        "is_sound_captcha_available": True,
        "uiux_changes": True,
    }
    return page | (picture if captcha == "both" else {})
