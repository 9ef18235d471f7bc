"""How the hosts and tasks of an environment reach AWS, where the application has the whole picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchwright.checks.templates import ABSENT, Reference, Text, Unknown, fields, flag, items, text
from batchwright.checks.views.launching import all_templates_known
from batchwright.checks.views.texts import OPEN, flattened
from batchwright.model.egress import ECR_SERVICES, HOST_SERVICES, LOG_SERVICES, endpoint_service

if TYPE_CHECKING:
    from batchwright.checks.system import Container, Definition, Environment, Subnet, System
    from batchwright.checks.templates import Value

# Ways out of a VPC other than an internet or NAT gateway: what lies behind them is not seen.
_OTHER_TARGETS: Final = frozenset(
    {
        "CarrierGatewayId",
        "CoreNetworkArn",
        "EgressOnlyInternetGatewayId",
        "InstanceId",
        "LocalGatewayId",
        "NetworkInterfaceId",
        "TransitGatewayId",
        "VpcEndpointId",
        "VpcPeeringConnectionId",
    }
)
_GATEWAYS: Final = frozenset({"AWS::EC2::InternetGateway", "AWS::EC2::NatGateway"})
_ATTACHMENTS: Final = (
    "AWS::EC2::TransitGatewayAttachment",
    "AWS::EC2::TransitGatewayVpcAttachment",
    "AWS::EC2::VPCPeeringConnection",
    "AWS::EC2::VPNConnection",
    "AWS::EC2::VPNGatewayRoutePropagation",
    "AWS::NetworkManager::VpcAttachment",
)
# What nested stacks and custom resources make with these of the network, such as endpoints or routes, is not seen.
_NETWORK: Final = frozenset({"AWS::EC2::RouteTable", "AWS::EC2::Subnet"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What surrounds an environment of which all subnets, routes and endpoints are known.

    Attributes:
        public: Whether all its subnets route to an internet gateway.
        isolated: Whether none of its subnets routes anywhere outside the VPC.
        endpoints: Services that the VPC has endpoints for.
    """

    public: bool
    isolated: bool
    endpoints: frozenset[str]


class Networks:
    """What surrounds the environments of an application.

    Args:
        system: The application.
    """

    def __init__(self, system: System) -> None:
        self._leaves_otherwise = _leaves_otherwise(system)
        self._endpoints = _endpoints(system)

    def around(self, environment: Environment) -> Surroundings | None:
        """See what surrounds an environment; None when a part of it is open or outside the application."""
        subnets = environment.subnets
        if not subnets or not environment.all_subnets_known or self._leaves_otherwise or self._endpoints is None:
            return None
        vpc = subnets[0].vpc
        if vpc is None or any(
            subnet.vpc is not vpc or subnet.internet is None or subnet.nat is None for subnet in subnets
        ):
            return None
        return Surroundings(
            public=all(subnet.internet for subnet in subnets),
            isolated=not any(subnet.internet or subnet.nat for subnet in subnets),
            endpoints=frozenset(self._endpoints.get(id(vpc), ())) | frozenset(self._endpoints.get(None, ())),
        )


def hosts_have_addresses(environment: Environment) -> bool | None:
    """Whether hosts get a public address: from all subnets, or from the launch template; None when open."""
    if not all_templates_known(environment):
        return None
    for template in environment.launch_templates:
        interfaces = template.data.get("NetworkInterfaces", [])
        if not isinstance(interfaces, list) or any("AssociatePublicIpAddress" in fields(each) for each in interfaces):
            return None
    return _all_map(environment.subnets)


def needs_of(definition: Definition, *, fargate: bool) -> frozenset[str]:
    """Services that a job surely needs to start: for its images, its logs and its secrets."""
    found: set[str] = set() if fargate else set(HOST_SERVICES)
    for container in definition.containers:
        found |= _container_needs(container)
    return frozenset(found)


def _all_map(subnets: tuple[Subnet, ...]) -> bool | None:
    mapped = [subnet.resource.get("MapPublicIpOnLaunch") for subnet in subnets]
    known = [False if value is ABSENT else flag(value) for value in mapped]
    if any(known):
        # With some, those hosts at least can join.
        return True
    return None if None in known else False


def _leaves_otherwise(system: System) -> bool:
    if any(system.of_type(each) for each in _ATTACHMENTS) or _is_handed_on(system):
        return True
    for route in system.of_type("AWS::EC2::Route"):
        if not isinstance(route.get("RouteTableId"), Reference):
            return True
        gateway = route.get("GatewayId")
        known = gateway is ABSENT or (isinstance(gateway, Reference) and gateway.resource.type in _GATEWAYS)
        if not known or any(route.has(target) for target in _OTHER_TARGETS):
            return True
    return False


def _is_handed_on(system: System) -> bool:
    """Whether a nested stack or a custom resource is given a part of a network, to which it may add."""
    for kind, resources in system.resources.items():
        if kind == "AWS::CloudFormation::Stack":
            wanted = _NETWORK | {"AWS::EC2::VPC"}
        elif kind == "AWS::CloudFormation::CustomResource" or kind.startswith("Custom::"):
            wanted = _NETWORK
        else:
            continue
        if any(_mentions(each.properties, wanted) for each in resources):
            return True
    return False


def _mentions(value: Value, kinds: frozenset[str]) -> bool:
    if isinstance(value, Reference):
        return value.resource.type in kinds
    if isinstance(value, Text):
        return any(_mentions(part, kinds) for part in value.parts)
    if isinstance(value, dict):
        return any(_mentions(each, kinds) for each in value.values())
    return isinstance(value, list) and any(_mentions(each, kinds) for each in value)


def _endpoints(system: System) -> dict[int | None, set[str]] | None:
    """Services with endpoints by VPC, under None those of an open VPC; None when a service is open."""
    found: dict[int | None, set[str]] = {}
    for endpoint in system.of_type("AWS::EC2::VPCEndpoint"):
        vpc = endpoint.get("VpcId")
        name = flattened(endpoint.get("ServiceName"))
        if not name or name.endswith(OPEN):
            return None
        service = endpoint_service(name)
        if service is None and OPEN in name:
            return None
        if service:
            known = isinstance(vpc, Reference) and vpc.resource.type == "AWS::EC2::VPC"
            found.setdefault(id(vpc.resource) if known and isinstance(vpc, Reference) else None, set()).add(service)
    return found


def _container_needs(container: Container) -> set[str]:
    if container.shape in {"eks", "eks_init"}:
        return set()
    found: set[str] = set()
    image = container.image or flattened(container.properties.get("Image"))
    if ".dkr.ecr." in image:
        found |= ECR_SERVICES
    logs = container.properties.get("LogConfiguration")
    if logs is None or text(fields(logs).get("LogDriver")) == "awslogs":
        found |= LOG_SERVICES
    for secret in items(container.properties.get("Secrets")):
        found |= _secret_needs(fields(secret).get("ValueFrom"))
    return found


def _secret_needs(value: Value) -> set[str]:
    if isinstance(value, Reference):
        return {"secretsmanager"} if value.resource.type == "AWS::SecretsManager::Secret" else set()
    source = "" if isinstance(value, Unknown) else flattened(value)
    if isinstance(value, Text):
        named = {part.resource.type for part in value.parts if isinstance(part, Reference)}
        if "AWS::SecretsManager::Secret" in named:
            return {"secretsmanager"}
    return {service for service in ("secretsmanager", "ssm") if f":{service}:" in source}
