"""What is written to people about accounts and mirrors; the words are in `templates/mail`."""

from functools import cache

import jinja2

from evosync.alerts.mail import Letter
from evosync.places import templates_dir
from evosync.russian import counted


def invite_letter(to: str, *, link: str, inviter: str, hours: int) -> Letter:
    """Invite a person; `inviter` is the name of whoever does, or "" if nobody in particular."""
    return _letter("invite", to, link=link, inviter=inviter, lasts=_hours(hours))


def confirm_letter(to: str, *, link: str, hours: int) -> Letter:
    """Ask a person who has registered whether the address is theirs."""
    return _letter("confirm", to, link=link, lasts=_hours(hours))


def confirm_new_email_letter(to: str, *, link: str, hours: int) -> Letter:
    """Ask at the new address of an account whether it is its owner's."""
    return _letter("confirm_new_email", to, link=link, lasts=_hours(hours))


def reset_letter(to: str, *, link: str, minutes: int) -> Letter:
    """Let a person who forgot the password set another."""
    return _letter("reset", to, link=link, lasts=_minutes(minutes))


def already_registered_letter(to: str, *, link: str) -> Letter:
    """Tell a person who registers again that there is an account; `link` is where to sign in."""
    return _letter("already_registered", to, link=link)


def password_changed_letter(to: str, *, link: str, at_words: str = "") -> Letter:
    """Tell of a new password; `link` is where to ask for another, `at_words` says when it was."""
    return _letter("password_changed", to, link=link, at_words=at_words)


def phone_confirmed_letter(to: str, *, link: str) -> Letter:
    """Tell of a phone that may open the account; `link` is where to ask for another password."""
    return _letter("phone_confirmed", to, link=link)


def email_changed_letter(to: str, *, new_email: str, link: str = "", at_words: str = "") -> Letter:
    """Tell the old address of an account that it is that no more; `link` leads to the service."""
    return _letter("email_changed", to, link=link, new_email=new_email, at_words=at_words)


def connection_broken_letter(to: str, *, service: str, sentence: str, link: str) -> Letter:
    """Tell that a connection broke; `service` is «Эвотор» or «ВКонтакте», `sentence` says why."""
    return _letter("connection_broken", to, link=link, service=service, sentence=sentence)


def run_held_letter(to: str, *, sentence: str, link: str) -> Letter:
    """Ask for a decision on a held run; `sentence` says what would change, `link` shows it."""
    return _letter("run_held", to, link=link, sentence=sentence)


def run_paused_letter(to: str, *, sentence: str, link: str) -> Letter:
    """Ask for what the mirror cannot go on without; `sentence` says what that is."""
    return _letter("run_paused", to, link=link, sentence=sentence)


def stale_letter(to: str, *, since_words: str, link: str) -> Letter:
    """Tell that nothing has succeeded for long; `since_words` = when the last did, as «1 мая»."""
    return _letter("stale", to, link=link, since_words=since_words)


def well_again_letter(to: str, *, sentence: str, link: str) -> Letter:
    """Tell that what an earlier letter was about works; `sentence` says what does."""
    return _letter("well_again", to, link=link, sentence=sentence)


def _letter(kind: str, to: str, *, link: str, **words: str) -> Letter:
    # What people call themselves may hold line ends, which would forge a paragraph of ours.
    said = {name: " ".join(text.split()) for name, text in words.items()}
    context = {"to": to, "link": link, **said}
    subject, text = _templates().get_template(f"{kind}.txt").render(context).split("\n", 1)
    html = _templates().get_template(f"{kind}.html").render(context, subject=subject)
    return Letter(to=to, subject=subject, text=text.strip() + "\n", html=html, kind=kind)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir() / "mail"),
        autoescape=jinja2.select_autoescape(("html",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _minutes(minutes: int) -> str:
    if minutes % 60 == 0:
        return _hours(minutes // 60)
    return counted(minutes, "минуту", "минуты", "минут")


def _hours(hours: int) -> str:
    if hours % 24 == 0:
        return counted(hours // 24, "день", "дня", "дней")
    return counted(hours, "час", "часа", "часов")
