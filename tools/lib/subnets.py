"""Picks a range of addresses for containers that this machine does not use already."""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import dataclass

CANDIDATES = [f"172.{second}.0.0/16" for second in range(31, 19, -1)] + [f"10.{s}.0.0/16" for s in range(219, 199, -1)]


@dataclass(frozen=True, slots=True)
class AddressPlan:
    """The addresses of one engine.

    Attributes:
        whole: everything the engine may use; the firewall rules speak of this.
        gateway: the bridge's own address, with its prefix length.
        pool: where networks made later get their addresses from, 24 bits each.
    """

    whole: ipaddress.IPv4Network
    gateway: ipaddress.IPv4Interface
    pool: ipaddress.IPv4Network

    @classmethod
    def of(cls, whole: ipaddress.IPv4Network) -> AddressPlan:
        """Lower half: the default network (first 24 bits). Upper half: networks made later."""
        lower, upper = whole.subnets(prefixlen_diff=1)
        return cls(whole=whole, gateway=ipaddress.IPv4Interface(f"{lower.network_address + 1}/24"), pool=upper)


def used_networks(routes: str) -> list[ipaddress.IPv4Network]:
    """Reads `ip -4 route show table all`: every network that has a route, the default route excepted."""
    networks = []
    kinds = {"local", "broadcast", "unicast", "unreachable", "blackhole", "prohibit"}
    for line in routes.splitlines():
        words = [word for word in line.split() if word not in kinds]
        try:
            networks.append(ipaddress.IPv4Network(words[0], strict=False))
        except (IndexError, ValueError):
            continue  # "default via ...", multicast and the like
    return networks


def choose(routes: str) -> AddressPlan | None:
    """The first candidate that overlaps no route; None when all are taken."""
    used = used_networks(routes)
    for candidate in CANDIDATES:
        network = ipaddress.IPv4Network(candidate)
        if not any(network.overlaps(other) for other in used if other.prefixlen > 0):
            return AddressPlan.of(network)
    return None


def choose_on_this_machine() -> AddressPlan | None:
    """`choose` for the routes of this machine."""
    shown = subprocess.run(["ip", "-4", "route", "show", "table", "all"], capture_output=True, text=True, check=True)
    return choose(shown.stdout)
