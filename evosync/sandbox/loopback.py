"""Which addresses are this machine's: the sandbox obeys it alone and calls nobody else."""

import ipaddress


def is_loopback(address: str) -> bool:
    """Tell whether an IP address is this machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_this_machine(name: str) -> bool:
    """Tell whether a host name or an IP address can lead nowhere else."""
    return name == "localhost" or is_loopback(name)
