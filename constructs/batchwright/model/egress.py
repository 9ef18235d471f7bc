"""How hosts and tasks in a subnet reach what they need to start: the internet, NAT, or VPC endpoints."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from batchwright.model.capacity import Platform
from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# A host joins the environment's ECS cluster through these. It runs without the third, ecs-telemetry, too.
# Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
HOST_SERVICES: Final = frozenset({"ecs", "ecs-agent"})
# Image layers come from S3. Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
ECR_SERVICES: Final = frozenset({"ecr.api", "ecr.dkr", "s3"})
LOG_SERVICES: Final = frozenset({"logs"})
_IMAGES_AND_LOGS: Final = ("ecr.api", "ecr.dkr", "logs")
# Interface endpoints beside S3's gateway endpoint: for image pulls, the agent, logs and secrets. Managed Instances have
# none: their hosts need a way to the internet.
# Sources: https://docs.aws.amazon.com/batch/latest/userguide/vpc-endpoint-considerations.html (EC2, Fargate)
#          https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html (EKS)
#          https://docs.aws.amazon.com/batch/latest/APIReference/API_ManagedInstancesNetworkConfiguration.html
ENDPOINT_SERVICES: Final[Mapping[Platform, tuple[str, ...]]] = {
    Platform.EC2: ("ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "secretsmanager"),
    Platform.FARGATE: (*_IMAGES_AND_LOGS, "secretsmanager"),
    Platform.EKS: (*_IMAGES_AND_LOGS, "ec2", "eks", "eks-auth", "sts"),
}
_SERVICE_NAME: Final = re.compile(r"(?!com\.amazonaws)(?!aws\.)[a-z0-9]+(?:[.-][a-z0-9]+)*")
GATEWAYS: Final = frozenset({"s3", "dynamodb"})
"""Services whose endpoints are routes instead of network interfaces, and free."""
_SERVICE: Final = re.compile(r"(?:^|\.)amazonaws\.[^.]+\.(?P<service>[a-z0-9.-]+)$")


def endpoint_service(service_name: str) -> str | None:
    """Read a VPC endpoint's service: `com.amazonaws.us-east-1.ecr.api` is `ecr.api`; None when it is no AWS service."""
    found = _SERVICE.search(service_name)
    return found["service"].removesuffix("-fips") if found else None


def endpoint_name_problems(service: str, *, gateways: Iterable[str] = GATEWAYS) -> Sequence[Problem]:
    """Find what is no suffix of a service's name, or one that is reached through a gateway endpoint anyhow.

    Args:
        service: The suffix.
        gateways: Services that have a gateway endpoint without being asked for.
    """
    field = "endpoints"
    if service in gateways:
        allowed = f"services other than {' and '.join(sorted(gateways))}, which have gateway endpoints here"
        return [Problem(field, service, allowed, f"Leave {service!r} out: it is reached already.")]
    if _SERVICE_NAME.fullmatch(service):
        return []
    allowed = "what follows com.amazonaws.REGION. in the service's name, such as sts or ecr.api"
    return [Problem(field, service, allowed, "List them with `aws ec2 describe-vpc-endpoint-services`.")]


def endpoint_platform_problems(
    platforms: Sequence[object], *, field: str = "endpoints_for", fix: str = "Use Egress.NAT."
) -> Sequence[Problem]:
    """Find platforms that endpoints alone cannot serve, or none at all.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ManagedInstancesNetworkConfiguration.html
    """
    choices = ", ".join(f"Platform.{platform.name}" for platform in ENDPOINT_SERVICES)
    if not platforms:
        return [Problem(field, list(platforms), f"one or more of {choices}", "Leave it out for Platform.EC2.")]
    wrong = [platform for platform in platforms if platform not in tuple(ENDPOINT_SERVICES)]
    return [
        Problem(
            field,
            platform,
            choices,
            f"Hosts of Managed Instances need a NAT gateway or public addresses. {fix}"
            if platform == Platform.MANAGED_INSTANCES
            else "Name what the environments run on.",
        )
        for platform in wrong
    ]


def endpoint_services(platforms: Iterable[Platform], more: Iterable[str] = ()) -> Sequence[str]:
    """List the interface endpoints that these platforms need, and more, each once: a second has no private name."""
    needed = [service for platform in platforms for service in ENDPOINT_SERVICES[platform]]
    return list(dict.fromkeys([*needed, *more]))


def missing_endpoint_problems(needed: Iterable[str], present: Iterable[str], *, what: str) -> Sequence[Problem]:
    """Find services that something in subnets without a way to the internet needs, and has no endpoint for.

    Args:
        needed: Services, by what follows the Region in an endpoint's service name.
        present: Those that the VPC has endpoints for.
        what: Who needs them, such as `hosts` or `tasks`.
    """
    missing = sorted(set(needed) - set(present))
    if not missing:
        return []
    value = f"no route to the internet, and no endpoint for {', '.join(missing)}"
    allowed = f"subnets from which {what} reach {', '.join(sorted(set(needed)))}"
    fix = "Add the endpoints to the VPC (S3 as a gateway), or a route to a NAT gateway."
    return [Problem("subnets", value, allowed, fix)]


def host_address_problems(
    *, public: bool | None, addresses: bool | None, present: Iterable[str] = ()
) -> Sequence[Problem]:
    """Find hosts in public subnets that get no public address, and so never join the environment.

    Args:
        public: Whether all subnets route to an internet gateway; None when open.
        addresses: Whether hosts get a public address, from the subnet or the launch template; None when open.
        present: Services that the VPC has endpoints for, which need no address.

    Source: https://github.com/aws-samples/aws-batch-genomics/issues/3
    """
    if not public or addresses is not False or set(present) >= HOST_SERVICES:
        return []
    fix = "Set MapPublicIpOnLaunch on the subnets, or use private ones with a NAT gateway or endpoints."
    return [Problem("subnets", "public, without public addresses", "subnets whose hosts reach ECS", fix)]


def task_address_problems(
    *, public: bool | None, assigned: bool | None, needed: Iterable[str], present: Iterable[str] = ()
) -> Sequence[Problem]:
    """Find a Fargate job in public subnets without a public address.

    Args:
        public: Whether all subnets that it can run in route to an internet gateway; None when open.
        assigned: Whether its definition asks for a public address; None when open.
        needed: Services that it needs to start.
        present: Services that the VPC has endpoints for.

    Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_NetworkConfiguration.html
    """
    if not public or assigned is not False or set(present) >= set(needed):
        return []
    fix = "Set AssignPublicIp to ENABLED, or run it in private subnets with a NAT gateway or endpoints."
    return [Problem("network_configuration.assign_public_ip", "DISABLED", "ENABLED in public subnets", fix)]
