"""Ways between hosts and what they mount.

The rules of both sides lie in the hosts' stack when the two are of different stacks: in the other stack they would make
each wait for the other.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_cdk import aws_ec2 as ec2


def let_hosts_call(servers: ec2.Connections, hosts: ec2.Connections, port: ec2.Port, why: str) -> None:
    """Let hosts open connections to servers."""
    for server, host in product(servers.security_groups, hosts.security_groups):
        server.add_ingress_rule(host, port, why, True)
        # A group that all goes out of takes no such rule, and the CDK warns of each.
        if not host.allow_all_outbound:
            host.add_egress_rule(server, port, why)


def let_servers_call(hosts: ec2.Connections, servers: ec2.Connections, port: ec2.Port, why: str) -> None:
    """Let servers open connections to hosts."""
    for server, host in product(servers.security_groups, hosts.security_groups):
        server.add_egress_rule(host, port, why, True)
        host.add_ingress_rule(server, port, why)
