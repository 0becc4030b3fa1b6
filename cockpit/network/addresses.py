"""Which network addresses are on the public internet: everything else is somebody's inside."""

from __future__ import annotations

import ipaddress
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Python calls these global; behind them are relays and translators that lead back inside, or nobody.
NOT_PUBLIC_4: Final = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/3")))
PUBLIC_6: Final = ipaddress.IPv6Network("2000::/3")
NOT_PUBLIC_6: Final = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))  # Teredo, 6to4, examples
)
ISATAP: Final = (0x00005EFE, 0x02005EFE)  # in front of an embedded IPv4 address


def is_public(address: Address) -> bool:
    """Whether a server of ours may be sent there by a stranger."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in network for network in NOT_PUBLIC_4)
    tunnelled = int(address) >> 32 & 0xFFFFFFFF in ISATAP
    return (
        # Outside of it: ::1, mapped and compatible forms of IPv4, NAT64, link-local, site-local, multicast.
        address in PUBLIC_6
        and address.is_global
        and not tunnelled
        and not any(address in network for network in NOT_PUBLIC_6)
    )
