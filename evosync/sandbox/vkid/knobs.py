"""The switches of the fake VK ID: what a person decides, and what is not known of the live one."""

from dataclasses import dataclass

from evosync.sandbox.sign_in import Consent


@dataclass(slots=True, kw_only=True)
class VkIdKnobs:
    """How this VK ID behaves; a test turns a switch and the next request feels it.

    Attributes:
        consent: a page asks the person, or the answer is given at once.
        person_id: who says yes at once; None: the first person of the world.
        withheld_scopes: rights that nobody gets, as if VK had not approved them.
        access_lifetime_s: how long an access token opens anything.
        refresh_grace_s: how long the last spent refresh token may be given
            back again, as long as the one after it never was.
        error_status: the HTTP status of JSON errors. Clients of the live one
            look at the status or at the body.
        redirect_uris: the registered addresses; none: every http or https
            address whose path ends with `/vk/callback`.

    """

    consent: Consent = "ask"
    person_id: int | None = None
    withheld_scopes: tuple[str, ...] = ()
    access_lifetime_s: int = 3_600
    refresh_grace_s: float = 0.0
    error_status: int = 400
    redirect_uris: tuple[str, ...] = ()
