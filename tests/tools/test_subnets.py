"""Addresses for containers that nobody uses yet."""

from __future__ import annotations

import ipaddress

from tools.lib.bridge import links_in
from tools.lib.subnets import CANDIDATES, choose, used_networks

ROUTES = """\
default via 192.0.2.1 dev eth0
172.31.0.0/16 dev docker0 proto kernel scope link src 172.31.0.1 linkdown
192.0.2.0/24 dev eth0 proto kernel scope link src 192.0.2.2
local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1
unreachable 10.0.0.0/8
broadcast 192.0.2.255 dev eth0 table local proto kernel scope link src 192.0.2.2
"""


def test_reads_routes_of_every_kind() -> None:
    assert [str(network) for network in used_networks(ROUTES)] == [
        "172.31.0.0/16",
        "192.0.2.0/24",
        "127.0.0.0/8",
        "10.0.0.0/8",
        "192.0.2.255/32",
    ]


def test_avoids_what_has_a_route() -> None:
    plan = choose(ROUTES)
    assert plan is not None
    assert str(plan.whole) == "172.30.0.0/16"
    assert str(plan.gateway) == "172.30.0.1/24"
    assert plan.pool.subnet_of(plan.whole)
    assert not plan.pool.overlaps(plan.gateway.network)


def test_says_so_when_all_are_taken() -> None:
    assert choose("\n".join(f"{candidate} dev x" for candidate in CANDIDATES)) is None


def test_finds_the_links_of_a_network_by_their_addresses() -> None:
    shown = (
        "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n"
        "7: br-1a    inet 172.30.128.1/24 brd 172.30.128.255 scope global br-1a\\  valid_lft forever\n"
        "8: tun0    inet 172.16.0.1 peer 172.16.0.2/32 scope global tun0\\  valid_lft forever\n"
    )
    assert links_in(ipaddress.IPv4Network("172.30.0.0/16"), shown) == ["br-1a"]
