"""A VPC in which Batch works from the first job: the endpoints that its hosts and containers need are there."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from batchwright.model import Problems
from batchwright.model.arguments import text_list_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Egress(StrEnum):
    """How the subnets of a `Network` reach AWS and the world."""

    ENDPOINTS = "endpoints"
    """Private and isolated: AWS through VPC endpoints, nothing else."""
    NAT = "nat"
    """Private: AWS and the internet through NAT gateways."""
    PUBLIC = "public"
    """Public addresses: the cheapest, and reachable only where a security group allows it."""


# Image pulls, logs, the ECS agent, secrets. Without one of the first six a job stays RUNNABLE or fails to pull.
# Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
#          https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
BATCH_ENDPOINTS: Final[Mapping[str, str]] = {
    "EcrApi": "ecr.api",
    "EcrDocker": "ecr.dkr",
    "Ecs": "ecs",
    "EcsAgent": "ecs-agent",
    "EcsTelemetry": "ecs-telemetry",
    "Logs": "logs",
    "SecretsManager": "secretsmanager",
}


_SERVICE: Final = re.compile(r"(?!com\.amazonaws)(?!aws\.)[a-z0-9]+(?:[.-][a-z0-9]+)*")
_GATEWAYS: Final = frozenset({"s3", "dynamodb"})


class Network(Construct):
    """A VPC for compute environments, without NAT gateways unless they are asked for.

    With `Egress.ENDPOINTS` (the default) jobs reach ECR, ECS, CloudWatch Logs and Secrets Manager through interface
    endpoints (billed per hour and zone), S3 and DynamoDB through gateway endpoints (free), and nothing else. A job
    that calls another AWS service names it in `endpoints`; a job that downloads from the internet needs `Egress.NAT`.

    Rejected traffic is logged for a month, so that a job that cannot reach something shows why.

    Args:
        scope: The parent.
        construct_id: The id below it.
        egress: How the subnets reach AWS.
        max_azs: Availability Zones to spread over, 1 to 6. A stack without an account knows two; more zones give
            Spot more pools. Interface endpoints and NAT gateways are billed per zone.
        nat_gateways: NAT gateways, only with `Egress.NAT`, 1 to `max_azs`; one by default, which is the cheapest and a
            single point of failure.
        endpoints: Further AWS services for interface endpoints, by their suffix (`sts`, `sns`, `states`, ...);
            only with `Egress.ENDPOINTS`.

    Raises:
        ConfigurationError: A number is outside its range, or an option does not fit the egress.

    Attributes:
        vpc: The VPC, to pass on to environments and other constructs.
        endpoint_security_group: The group of the interface endpoints; None without them.
        flow_log_group: Where rejected traffic is logged.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        egress: Egress = Egress.ENDPOINTS,
        max_azs: int = 2,
        nat_gateways: int | None = None,
        endpoints: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self._check(egress=egress, max_azs=max_azs, nat_gateways=nat_gateways, endpoints=endpoints)
        self.egress = egress = Egress(egress)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=max_azs,
            nat_gateways=(nat_gateways or 1) if egress is Egress.NAT else 0,
            subnet_configuration=_subnets(egress),
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
            restrict_default_security_group=False,
        )
        self.flow_log_group = self._log_rejected_traffic()
        self.endpoint_security_group = self._add_endpoints(endpoints) if egress is Egress.ENDPOINTS else None

    @property
    def subnets(self) -> ec2.SubnetSelection:
        """The subnets that jobs run in."""
        return ec2.SubnetSelection(subnet_group_name="Batch")

    def _check(self, *, egress: str, max_azs: int, nat_gateways: int | None, endpoints: Sequence[str]) -> None:
        problems = Problems(where(self))
        problems.check(
            egress in tuple(Egress),
            field="egress",
            value=egress,
            allowed=" or ".join(f"Egress.{way.name}" for way in Egress),
            fix="Use Egress.NAT for jobs that download from the internet.",
        )
        problems.extend(text_list_problems("endpoints", endpoints, fix=f"Use [{endpoints!r}]."))
        problems.check(
            1 <= max_azs <= 6, field="max_azs", value=max_azs, allowed="1 to 6", fix="Two or three suit most workloads."
        )
        problems.check(
            nat_gateways is None or (egress == Egress.NAT and 1 <= nat_gateways <= max_azs),
            field="nat_gateways",
            value=nat_gateways,
            allowed=f"1 to max_azs ({max_azs}) with Egress.NAT, nothing otherwise",
            fix="Leave it out for one NAT gateway with Egress.NAT, and for none without.",
        )
        problems.check(
            not endpoints or egress == Egress.ENDPOINTS,
            field="endpoints",
            value=list(endpoints),
            allowed="nothing unless egress is Egress.ENDPOINTS",
            fix="Leave it out: these subnets reach every service already.",
        )
        for service in () if isinstance(endpoints, str) else endpoints:
            problems.check(
                service not in _GATEWAYS,
                field="endpoints",
                value=service,
                allowed="services without a gateway endpoint, which this network has for S3 and DynamoDB",
                fix=f"Leave {service!r} out: it is reached already.",
            )
            problems.check(
                bool(_SERVICE.fullmatch(service)),
                field="endpoints",
                value=service,
                allowed="what follows com.amazonaws.REGION. in the service's name, such as sts or ecr.api",
                fix="List them with `aws ec2 describe-vpc-endpoint-services`.",
            )
        problems.raise_if_any()

    def _log_rejected_traffic(self) -> logs.LogGroup:
        group = logs.LogGroup(
            self, "FlowLogs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=RemovalPolicy.DESTROY
        )
        self.vpc.add_flow_log(
            "Rejected",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        return group

    def _add_endpoints(self, more: Sequence[str]) -> ec2.SecurityGroup:
        group = ec2.SecurityGroup(
            self, "Endpoints", vpc=self.vpc, description="VPC endpoints of the Batch network", allow_all_outbound=False
        )
        group.add_ingress_rule(ec2.Peer.ipv4(self.vpc.vpc_cidr_block), ec2.Port.HTTPS, "HTTPS from the VPC")
        # One endpoint a service: a second one cannot have the service's private name.
        added = {_endpoint_id(service): service for service in more if service not in BATCH_ENDPOINTS.values()}
        services = {**BATCH_ENDPOINTS, **added}
        for endpoint_id, service in services.items():
            self.vpc.add_interface_endpoint(
                endpoint_id,
                service=ec2.InterfaceVpcEndpointAwsService(service),
                security_groups=[group],
                subnets=self.subnets,
                open=False,
            )
        return group


def _endpoint_id(service: str) -> str:
    """Make a construct id of a service suffix: `ecr.api` -> `EcrApi`."""
    return "".join(part.capitalize() for part in service.replace("-", ".").split("."))


def _subnets(egress: Egress) -> list[ec2.SubnetConfiguration]:
    kind = {
        Egress.ENDPOINTS: ec2.SubnetType.PRIVATE_ISOLATED,
        Egress.NAT: ec2.SubnetType.PRIVATE_WITH_EGRESS,
        Egress.PUBLIC: ec2.SubnetType.PUBLIC,
    }[egress]
    # Six zones of this size fit into the VPC's /16, and each holds 8,187 hosts.
    batch = ec2.SubnetConfiguration(name="Batch", subnet_type=kind, cidr_mask=19)
    if egress is not Egress.NAT:
        return [batch]
    return [ec2.SubnetConfiguration(name="Nat", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=26), batch]
