"""Addresses of callers: what counts as one caller, and what little of an address may be kept."""

from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Networks = tuple[IPv4Network | IPv6Network, ...]


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed


@lru_cache(maxsize=8192)
def is_loopback(address: str) -> bool:
    parsed = _parsed(address)
    return parsed is not None and parsed.is_loopback


@lru_cache(maxsize=8192)
def caller_of(address: str) -> str:
    """Who shares one rate limit: an IPv4 address, or the /64 that one IPv6 customer is given."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed or address)


@lru_cache(maxsize=8192)
def truncated(address: str) -> str | None:
    """The first address of the /24 (IPv4) or /48 (IPv6) an address lies in; None for no address."""
    parsed = _parsed(address)
    if parsed is None:
        return None
    length = 48 if isinstance(parsed, IPv6Address) else 24
    return str(ip_network((parsed, length), strict=False).network_address)


@lru_cache(maxsize=8192)
def lies_in(address: str, networks: Networks) -> bool:
    """Whether one of the networks has the address; an IPv4 address is the same within IPv6."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)
