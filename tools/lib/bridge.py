"""A network bridge with its own firewall rules, so that a second engine leaves those of the first one alone.

Two Docker engines that both manage iptables delete each other's chains when they start. So ours is told to keep its
hands off iptables, and the few rules that containers need to reach the outside are made, and removed, here.
"""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import dataclass

from tools.lib.machine import last_lines, say


@dataclass(frozen=True, slots=True)
class Bridge:
    """One bridge.

    Attributes:
        name: the link's name, at most 15 characters.
        network: every address of the containers behind it.
    """

    name: str
    network: ipaddress.IPv4Network

    def make(self, gateway: ipaddress.IPv4Interface) -> None:
        """Makes the link and its rules.

        Raises:
            subprocess.CalledProcessError: the link cannot be made (no right to, or the name is taken).
        """
        _ip("link", "add", "name", self.name, "type", "bridge")
        _ip("address", "add", str(gateway), "dev", self.name)
        _ip("link", "set", self.name, "up")
        for table, position, rule in self._rules():
            done = _iptables("-t", table, position, *rule)
            if done.returncode != 0:
                say(f"Containers have no way out of this machine; iptables said:\n{last_lines(done.stderr)}")
                return

    def remove(self) -> None:
        """Removes what `make` made, and the bridges of networks made later; what is gone already is fine."""
        for table, _, rule in self._rules():
            _iptables("-t", table, "-D", *rule)
        shown = subprocess.run(["ip", "-oneline", "-4", "address"], capture_output=True, text=True, check=False).stdout
        for link in {self.name, *links_in(self.network, shown)}:
            subprocess.run(["ip", "link", "delete", link], capture_output=True, check=False)

    def _rules(self) -> list[tuple[str, str, list[str]]]:
        net = str(self.network)
        back = ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED"]
        return [
            ("nat", "-A", ["POSTROUTING", "-s", net, "!", "-d", net, "-j", "MASQUERADE"]),
            ("filter", "-I", ["FORWARD", "-s", net, "-j", "ACCEPT"]),
            ("filter", "-I", ["FORWARD", "-d", net, *back, "-j", "ACCEPT"]),
        ]


def links_in(network: ipaddress.IPv4Network, addresses: str) -> list[str]:
    """Reads `ip -oneline -4 address`: the links that have an address in the network."""
    rows = [line.split() for line in addresses.splitlines()]
    return [row[1] for row in rows if len(row) > 3 and ipaddress.IPv4Interface(row[3]).ip in network]


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def _iptables(*arguments: str) -> subprocess.CompletedProcess[str]:
    # -w: wait for the lock that another engine may hold right now.
    return subprocess.run(["iptables", "-w", "10", *arguments], capture_output=True, text=True, check=False)
