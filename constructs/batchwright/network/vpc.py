"""A VPC in which Batch works from the first job: the endpoints that its hosts and containers need are there."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_logs as logs
from constructs import Construct

from batchwright.model import Platform, Problems
from batchwright.model.egress import endpoint_services
from batchwright.model.numbers import is_whole
from batchwright.network.endpoints import endpoint_construct_id, endpoint_group, endpoint_problems
from batchwright.tokens import where

if TYPE_CHECKING:
    from collections.abc import Sequence


class Egress(StrEnum):
    """How the subnets of a `Network` reach AWS and the world."""

    ENDPOINTS = "endpoints"
    """Private and isolated: AWS through VPC endpoints, nothing else."""
    NAT = "nat"
    """Private: AWS and the internet through NAT gateways."""
    PUBLIC = "public"
    """Public addresses: the cheapest, and reachable only where a security group allows it."""


class Network(Construct):
    """A VPC for compute environments, without NAT gateways unless they are asked for.

    With `Egress.ENDPOINTS` (the default) jobs reach ECR, ECS, CloudWatch Logs and Secrets Manager through interface
    endpoints (billed per hour and zone), S3 and DynamoDB through gateway endpoints (free), and nothing else. A job
    that calls another AWS service names it in `endpoints`; a job that downloads from the internet, an image of a public
    registry included, needs `Egress.NAT`. So do Managed Instances.

    Rejected traffic is logged for a month, so that a job that cannot reach something shows why.

    Args:
        scope: The parent.
        construct_id: The id below it.
        egress: How the subnets reach AWS.
        max_azs: Availability Zones to spread over, 1 to 6. A stack without an account knows two; more zones give
            Spot more pools. Interface endpoints and NAT gateways are billed per zone.
        nat_gateways: NAT gateways, only with `Egress.NAT`, 1 to `max_azs`; one by default, which is the cheapest and a
            single point of failure.
        endpoints: Further AWS services for interface endpoints, by their suffix (`sts`, `sns`, `states`, ...; `ssm` for
            secrets in Parameter Store, `ssmmessages` for ECS Exec); only with `Egress.ENDPOINTS`.
        endpoints_for: What the environments run on, only with `Egress.ENDPOINTS`: `Platform.EC2` by default, which
            covers Fargate too. Fargate alone needs three endpoints less; Kubernetes pods (`Platform.EKS`) need others.

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
        endpoints_for: Sequence[Platform] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        _check(problems, egress=egress, max_azs=max_azs, nat_gateways=nat_gateways)
        _check_endpoints(problems, egress=egress, endpoints=endpoints, platforms=endpoints_for)
        problems.raise_if_any()
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
        self.endpoint_security_group: ec2.SecurityGroup | None = None
        if egress is Egress.ENDPOINTS:
            platforms = (Platform.EC2,) if endpoints_for is None else endpoints_for
            self.endpoint_security_group = self._add_endpoints(endpoint_services(platforms, endpoints))

    @property
    def subnets(self) -> ec2.SubnetSelection:
        """The subnets that jobs run in."""
        return ec2.SubnetSelection(subnet_group_name="Batch")

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

    def _add_endpoints(self, services: Sequence[str]) -> ec2.SecurityGroup:
        group = endpoint_group(self, "Endpoints", self.vpc)
        for service in services:
            self.vpc.add_interface_endpoint(
                endpoint_construct_id(service),
                service=ec2.InterfaceVpcEndpointAwsService(service),
                security_groups=[group],
                subnets=self.subnets,
                open=False,
            )
        return group


def _check(problems: Problems, *, egress: str, max_azs: int, nat_gateways: int | None) -> None:
    problems.check(
        egress in tuple(Egress),
        field="egress",
        value=egress,
        allowed=" or ".join(f"Egress.{way.name}" for way in Egress),
        fix="Use Egress.NAT for jobs that download from the internet.",
    )
    zones = _is_count(max_azs, most=6)
    problems.check(
        zones, field="max_azs", value=max_azs, allowed="1 to 6, known now", fix="Two or three suit most workloads."
    )
    problems.check(
        nat_gateways is None or (egress == Egress.NAT and _is_count(nat_gateways, most=max_azs if zones else 6)),
        field="nat_gateways",
        value=nat_gateways,
        allowed=f"1 to max_azs ({max_azs}) with Egress.NAT, nothing otherwise",
        fix="Leave it out for one NAT gateway with Egress.NAT, and for none without.",
    )


def _is_count(number: object, *, most: int) -> bool:
    if isinstance(number, bool) or not isinstance(number, int | float):
        return False
    return is_whole(number) and 1 <= number <= most


def _check_endpoints(
    problems: Problems, *, egress: str, endpoints: Sequence[str], platforms: Sequence[Platform] | None
) -> None:
    for field, value, empty in (
        ("endpoints", endpoints, not endpoints),
        ("endpoints_for", platforms, platforms is None),
    ):
        problems.check(
            empty or egress == Egress.ENDPOINTS,
            field=field,
            value=value,
            allowed="nothing unless egress is Egress.ENDPOINTS",
            fix="Leave it out: these subnets reach every service already.",
        )
    problems.extend(endpoint_problems(endpoints, platforms, fix="Use Egress.NAT."))


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
