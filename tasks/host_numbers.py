"""Which numbers of hosts may be asked: public ones, or those of a private network."""

import ipaddress

INSIDE = tuple(
    ipaddress.ip_network(net)
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1", "fc00::/7")
)
# Where machines of a cloud are told their secrets; the others of the kind are link-local.
METADATA = ipaddress.ip_network("fd00:ec2::/32")
# For the protocol itself, and where one cloud tells secrets too; Python calls some of it global.
PROTOCOL = ipaddress.ip_network("192.0.0.0/24")
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Number = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_inside(number: str) -> bool:
    """Tell whether a number is of this machine or a private network, and of nothing else."""
    try:
        found: Number = ipaddress.ip_address(number)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in net for net in INSIDE) and found not in METADATA


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
    return found.is_global and found not in PROTOCOL and not (
        found.is_private or found.is_loopback or found.is_link_local
        or found.is_multicast or found.is_reserved or found.is_unspecified
    )  # fmt: skip
