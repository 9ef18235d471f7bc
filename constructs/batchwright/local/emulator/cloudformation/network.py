"""Network resources that ministack has as an API but not as CloudFormation types."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from batchwright.local.emulator import shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.cloudformation.registry import Created, ResourceTypes
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.ministack.guard import Hooks


def install(hooks: Hooks, context: EmulatorContext, types: ResourceTypes) -> None:
    """Register those types that this ministack does not have."""
    region = hooks.get(hooks.module("core.responses"), "get_region")

    def ec2() -> Any:  # noqa: ANN401 - a boto3 client
        return context.client("ec2", region())

    for name, handler in {
        "AWS::EC2::EIP": ElasticIp(ec2),
        "AWS::EC2::NatGateway": NatGateway(ec2),
        "AWS::EC2::SecurityGroupIngress": SecurityGroupRule(ec2, ingress=True),
        "AWS::EC2::SecurityGroupEgress": SecurityGroupRule(ec2, ingress=False),
        "AWS::EC2::PlacementGroup": PlacementGroup(ec2, types),
    }.items():
        if not types.known(name):
            types.register(name, handler)


class _Replaced(ABC):
    """Every change creates a successor; CloudFormation deletes the old resource afterwards."""

    def __init__(self, ec2: Callable[[], Any]) -> None:
        self._ec2 = ec2

    @abstractmethod
    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        """Create the resource over the API."""

    @abstractmethod
    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:
        """Delete the resource over the API."""

    def update(
        self,
        physical_id: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        stack: str,
        logical_id: str,
    ) -> Created:
        """Create the successor, unless only tags differ."""
        if {**old, "Tags": None} == {**new, "Tags": None}:
            return physical_id, {}
        return self.create(logical_id, new, stack)


class ElasticIp(_Replaced):
    """AWS::EC2::EIP. Ref is the address."""

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:  # noqa: ARG002 - signature
        """Allocate an address."""
        answer = self._ec2().allocate_address(Domain="vpc")
        address = str(answer["PublicIp"])
        return address, {"AllocationId": answer["AllocationId"], "PublicIp": address}

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:  # noqa: ARG002 - signature
        """Release the address."""
        found = self._ec2().describe_addresses(PublicIps=[physical_id])["Addresses"]
        for address in found:
            self._ec2().release_address(AllocationId=address["AllocationId"])


class NatGateway(_Replaced):
    """AWS::EC2::NatGateway. Ref is its id."""

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:  # noqa: ARG002 - signature
        """Create the gateway."""
        wanted = ("SubnetId", "AllocationId", "ConnectivityType", "PrivateIpAddress")
        arguments = {key: props[key] for key in wanted if key in props}
        gateway = str(self._ec2().create_nat_gateway(**arguments)["NatGateway"]["NatGatewayId"])
        return gateway, {"NatGatewayId": gateway}

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:  # noqa: ARG002 - signature
        """Delete the gateway."""
        self._ec2().delete_nat_gateway(NatGatewayId=physical_id)


class PlacementGroup(_Replaced):
    """AWS::EC2::PlacementGroup. Ref is its name."""

    def __init__(self, ec2: Callable[[], Any], types: ResourceTypes) -> None:
        super().__init__(ec2)
        self._types = types

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        """Create the group."""
        name = self._types.physical_name(stack, logical_id)
        arguments: dict[str, Any] = {"GroupName": name, "Strategy": props.get("Strategy", "cluster")}
        if "PartitionCount" in props:
            arguments["PartitionCount"] = int(props["PartitionCount"])
        self._ec2().create_placement_group(**arguments)
        return name, {"GroupName": name}

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:  # noqa: ARG002 - signature
        """Delete the group."""
        self._ec2().delete_placement_group(GroupName=physical_id)


class SecurityGroupRule(_Replaced):
    """AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress."""

    def __init__(self, ec2: Callable[[], Any], *, ingress: bool) -> None:
        super().__init__(ec2)
        self._ingress = ingress

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        """Authorize the rule."""
        client = self._ec2()
        authorize = client.authorize_security_group_ingress if self._ingress else client.authorize_security_group_egress
        try:
            answer = authorize(GroupId=props["GroupId"], IpPermissions=[self._permission(props)])
        except ClientError as error:
            # CloudFormation takes a rule that is there already for its own.
            if error.response["Error"]["Code"] != "InvalidPermission.Duplicate":
                raise
            answer = {}
        rules = answer.get("SecurityGroupRules") or []
        rule = str(rules[0]["SecurityGroupRuleId"]) if rules else f"{stack}-{logical_id}"
        return rule, {"Id": rule}

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:  # noqa: ARG002 - signature
        """Revoke the rule; a group or rule that is gone is fine."""
        client = self._ec2()
        revoke = client.revoke_security_group_ingress if self._ingress else client.revoke_security_group_egress
        try:
            revoke(GroupId=props["GroupId"], IpPermissions=[self._permission(props)])
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"InvalidGroup.NotFound", "InvalidPermission.NotFound"}:
                raise

    def _permission(self, props: Mapping[str, Any]) -> dict[str, Any]:
        permission: dict[str, Any] = {"IpProtocol": str(props["IpProtocol"])}
        for port in ("FromPort", "ToPort"):
            if port in props:
                permission[port] = int(props[port])
        note = {"Description": props["Description"]} if "Description" in props else {}
        side = "Source" if self._ingress else "Destination"
        if "CidrIp" in props:
            permission["IpRanges"] = [{"CidrIp": props["CidrIp"], **note}]
        if "CidrIpv6" in props:
            permission["Ipv6Ranges"] = [{"CidrIpv6": props["CidrIpv6"], **note}]
        if f"{side}PrefixListId" in props:
            permission["PrefixListIds"] = [{"PrefixListId": props[f"{side}PrefixListId"], **note}]
        if f"{side}SecurityGroupId" in props:
            permission["UserIdGroupPairs"] = [{"GroupId": props[f"{side}SecurityGroupId"], **note}]
        shape = shapes.request("ec2", "AuthorizeSecurityGroupIngress").members["IpPermissions"].member
        return dict(shapes.to_api(shape, permission))
