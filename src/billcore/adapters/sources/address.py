"""Addresses that a program may be sent to: a name is looked up once, checked, and asked at exactly that address.

Whoever can choose an address to fetch could else reach what only this machine can: metadata of the cloud, databases of
the house. A name is not enough to check, for it may answer another address the second time it is looked up.
"""

from __future__ import annotations

import ipaddress
import socket
from typing import TypeAlias

from billcore.kernel import SyncAborted

__all__ = ["address_of", "is_private"]

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

# Carrier-grade NAT is neither private nor global by the standard library.
_SHARED = ipaddress.ip_network("100.64.0.0/10")
# Addresses that stand for another one: NAT64, 6to4, Teredo.
_STANDING_IN = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "2002::/16", "2001::/32")))


def is_private(ip: Address) -> bool:
    """It is not an address of the public internet, or stands for one that might not be."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_private(ip.ipv4_mapped)
        if any(ip in network for network in _STANDING_IN):
            return True
    elif ip in _SHARED:
        return True
    return not ip.is_global or ip.is_multicast or ip.is_reserved


def address_of(host: str, port: int, *, allow_private: bool) -> Address:
    """The address to ask. Raises ``SyncAborted`` where the name has none, or one of its addresses is private."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SyncAborted("the host has no address", place="url", value=host) from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not allow_private and any(map(is_private, addresses)):
        raise SyncAborted("a private address", place="url", value=host, hint="--allow-private, or allow_private=True")
    return addresses[0]
