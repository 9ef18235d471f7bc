"""Keeps requests to the local AWS away from proxies that are meant for the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost")
_PROXIES: Final = frozenset({"http_proxy", "https_proxy", "all_proxy"})


def names_proxy(environment: Mapping[str, str]) -> bool:
    """Say whether an environment names a proxy."""
    return any(name.lower() in _PROXIES for name in environment)


def without_proxy(hosts: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return NO_PROXY and no_proxy with some hosts added to those that an environment has.

    Proxies are set for the internet; a request to this machine that goes through one never arrives. Both spellings are
    needed: Python prefers the lower case, Go and Node the other.
    """
    before = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    known = [host.strip() for host in before.split(",") if host.strip()]
    # A star is every host, and only when it stands alone.
    value = before if known == ["*"] else ",".join([*known, *(host for host in hosts if host not in known)])
    return {"NO_PROXY": value, "no_proxy": value}
