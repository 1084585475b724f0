"""Which numbers of hosts may be asked: public ones, or those of a private network."""

import ipaddress

NAT64 = ipaddress.ip_network("64:ff9b::/96")
Number = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_inside(number: str) -> bool:
    """Tell whether a number is of this machine or a private network, and of nothing else."""
    try:
        found: Number = ipaddress.ip_address(number)
    except ValueError:
        return False
    return (found.is_private or found.is_loopback) and not (
        found.is_link_local or found.is_unspecified or found.is_multicast
    )


def is_public(number: str) -> bool:
    """Tell whether a number belongs to the public internet, also where it wraps another one."""
    try:
        found: Number = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found in NAT64:  # so a network without IPv4 names a host that has nothing else
            return _is_public(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
        wrapped = [part for part in (found.sixtofour, *(found.teredo or ())) if part is not None]
        if found.ipv4_mapped or found.is_site_local or not all(map(_is_public, wrapped)):
            return False
    return _is_public(found)


def _is_public(found: Number) -> bool:
    return found.is_global and not (
        found.is_private or found.is_loopback or found.is_link_local
        or found.is_multicast or found.is_reserved or found.is_unspecified
    )  # fmt: skip
