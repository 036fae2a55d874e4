"""Names of hosts and addresses of sites and mailboxes, told from what only looks like them."""

import re
from email.headerregistry import Address
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

# One part of a name in DNS: RFC 1123, section 2.1.
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_DOMAIN = 253  # characters, RFC 1035
_LONGEST_LOCAL = 64  # octets of what stands before "@", RFC 5321, section 4.5.3.1.1
# An atom with dots, RFC 5321, section 4.1.2; letters of any alphabet, RFC 6531. What some server
# might take inside quotes, nobody has for an address.
_ATOM = r"""[^\s@<>()\[\],;:.\\"]+"""
_SPEC = rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>[^\s@<>]+)"
_MAILBOX = re.compile(rf"(?:(?P<name>[^<>@]*)(?P<bracket><))?{_SPEC}(?(bracket)>)")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def listed(text: str) -> tuple[str, ...]:
    """Split a list by its commas; blank parts are none."""
    return tuple(part for each in text.split(",") if (part := each.strip()))


def is_host(text: str) -> bool:
    """Tell whether a text is a host's name and nothing more: no scheme, port or path."""
    try:
        return text.isprintable() and " " not in text and urlsplit(f"//{text}").hostname == text
    except ValueError:  # half of an IPv6 address
        return False


def to_punycode(domain: str) -> str:
    """Write a domain as DNS knows it, in lower case; «чай.рф» is `xn--80as4b.xn--p1ai`.

    Raises ValueError when no host can have that name.
    """
    name = domain.lower().encode("idna").decode("ascii").lower()
    if len(name) > _LONGEST_DOMAIN or not all(map(_LABEL.fullmatch, name.split("."))):
        raise ValueError("no domain")
    return name


def is_domain(text: str) -> bool:
    """Tell whether a text is a name that DNS can hold, Cyrillic or not."""
    try:
        to_punycode(text)
    except ValueError:
        return False
    return True


def is_server(text: str) -> bool:
    """Tell whether a text names a machine: a domain or the number of one, IPv6 without brackets."""
    try:
        ip_address(text)
    except ValueError:
        return is_domain(text)
    return True


def is_api_address(text: str) -> bool:
    """Tell whether a text is an address that paths can be added to."""
    if not text.isprintable() or set(text) & set(" \\?#"):
        return False
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna")
        if "[" in parts.netloc:
            IPv6Address(parts.hostname or "")
        port = parts.port
    except ValueError:  # half of an IPv6 address, a port that is none, an empty label
        return False
    return (
        parts.scheme in {"http", "https"} and host != b"" and port != 0 and "@" not in parts.netloc
    )


def is_page_address(text: str) -> bool:
    """Tell whether a text is the address of one page, which may have a query."""
    before, _, query = text.partition("?")
    return is_api_address(before) and query.isprintable() and not set(query) & set(" \\#")


def is_site_address(text: str) -> bool:
    """Tell whether a text is the address of a whole site, so that no path follows."""
    if not is_api_address(text):
        return False
    parts = urlsplit(text)
    return parts.path in {"", "/"} and is_server(parts.hostname or "")


def site_of(text: str) -> str:
    """Write the address of a site as browsers do: punycode, no default port, no slash at the end.

    Raises ValueError for what `is_site_address` does not let pass.
    """
    parts = urlsplit(text)
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{_host_in_url(parts)}{port}"


def split_mailbox(text: str) -> Address:
    """Read «Имя <box@чай.рф>» or a bare address; the domain comes back in punycode.

    Raises ValueError when mail cannot be sent there, or when the text would
    write into other headers of a letter.
    """
    found = _MAILBOX.fullmatch(text.strip()) if text.isprintable() else None
    if found is None or len(found["local"].encode()) > _LONGEST_LOCAL:
        raise ValueError("no mailbox")
    name = (found["name"] or "").strip().removeprefix('"').removesuffix('"')
    return Address(display_name=name, username=found["local"], domain=to_punycode(found["domain"]))


def is_mailbox(text: str) -> bool:
    """Tell whether `split_mailbox` can read a text."""
    try:
        split_mailbox(text)
    except ValueError:
        return False
    return True


def _host_in_url(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else to_punycode(host)
