"""Which addresses are of the open Internet: where others lead us, it is nowhere else.

Only the person leads to a server inside of this network, and such a server leads to nobody else."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

# Not of the open Internet either, though some versions of Python take them for it.
_SPECIAL = tuple(
    ipaddress.ip_network(text)
    for text in ("64:ff9b:1::/48", "100::/64", "fec0::/10", "3fff::/20", "5f00::/16", "192.0.0.0/24", "192.88.99.0/24")
)


async def public_address(host: str, port: int) -> str | None:
    """An address of a host to connect to, None where any that it has is not public. Raises OSError or UnicodeError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]).split("%", 1)[0] for entry in found]
    return addresses[0] if addresses and all(map(is_public, addresses)) else None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open Internet, also when it hides in an IPv6 form."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in ipaddress.ip_network("64:ff9b::/96") or int(found) < 2**32:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast and not any(found in network for network in _SPECIAL)
