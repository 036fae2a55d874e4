"""What the fake VK ID remembers: codes on their way, and who has signed in from where."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Code:
    """A code that a browser carries to the program; good once."""

    user_id: int
    redirect_uri: str
    device_id: str
    challenge: str
    scopes: list[str]
    expires_at: float


@dataclass(slots=True, kw_only=True)
class SignIn:
    """One person's sign-in to the program.

    `spent_token` is the refresh token before the present one, None as long as
    there was none; `spent_at` says when it was given back.
    """

    user_id: int
    device_id: str
    scopes: list[str]
    refresh_token: str = ""
    spent_token: str | None = None
    spent_at: float = 0.0
    access_tokens: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class VkIdState:
    """The whole of the fake VK ID; its access tokens are tokens of the fake VK."""

    codes: dict[str, Code] = field(default_factory=dict)
    sign_ins: list[SignIn] = field(default_factory=list)
