"""Resource types that are only written down: the stack deploys, nothing stands behind them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.emulator.cloudformation.registry import Created, ResourceTypes
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.cloudformation")

# Type -> attributes that Fn::GetAtt may ask for. A type that is neither here nor known to ministack is refused by
# CloudFormation with "Unrecognized resource types".
RECORDED_TYPES: dict[str, tuple[str, ...]] = {
    "AWS::Budgets::Budget": (),
    "AWS::CE::AnomalyMonitor": ("MonitorArn",),
    "AWS::CE::AnomalySubscription": ("SubscriptionArn",),
    "AWS::Chatbot::SlackChannelConfiguration": ("Arn",),
    "AWS::CloudTrail::Trail": ("Arn", "SnsTopicArn"),
    "AWS::CloudWatch::CompositeAlarm": ("Arn",),
    "AWS::CodePipeline::Pipeline": ("Version",),
    "AWS::EC2::DHCPOptions": ("DhcpOptionsId",),
    "AWS::EC2::FlowLog": ("Id",),
    "AWS::EC2::KeyPair": ("KeyPairId", "KeyFingerprint"),
    "AWS::EC2::NetworkAcl": ("Id",),
    "AWS::EC2::NetworkAclEntry": ("Id",),
    "AWS::EC2::SubnetNetworkAclAssociation": ("AssociationId",),
    "AWS::EC2::VPCDHCPOptionsAssociation": (),
    "AWS::ECR::PullThroughCacheRule": (),
    "AWS::ECR::RegistryPolicy": ("RegistryId",),
    "AWS::ECR::RegistryScanningConfiguration": ("RegistryId",),
    "AWS::ECR::ReplicationConfiguration": ("RegistryId",),
    "AWS::ECR::RepositoryCreationTemplate": ("CreatedAt", "UpdatedAt"),
    "AWS::EKS::AccessEntry": ("AccessEntryArn",),
    "AWS::EKS::Addon": ("Arn",),
    "AWS::EKS::PodIdentityAssociation": ("AssociationArn", "AssociationId"),
    "AWS::Events::ApiDestination": ("Arn",),
    "AWS::Events::Archive": ("Arn",),
    "AWS::Events::Connection": ("Arn", "SecretArn"),
    "AWS::FSx::DataRepositoryAssociation": ("AssociationId", "ResourceARN"),
    "AWS::FSx::FileSystem": ("DNSName", "LustreMountName", "ResourceARN", "RootVolumeId"),
    "AWS::IAM::OIDCProvider": ("Arn",),
    "AWS::IAM::ServiceLinkedRole": ("RoleName",),
    "AWS::ImageBuilder::Component": ("Arn", "Name", "Type", "Encrypted"),
    "AWS::ImageBuilder::ContainerRecipe": ("Arn", "Name"),
    "AWS::ImageBuilder::DistributionConfiguration": ("Arn", "Name"),
    "AWS::ImageBuilder::Image": ("Arn", "ImageId", "ImageUri", "Name"),
    "AWS::ImageBuilder::ImagePipeline": ("Arn", "Name"),
    "AWS::ImageBuilder::ImageRecipe": ("Arn", "Name"),
    "AWS::ImageBuilder::InfrastructureConfiguration": ("Arn", "Name"),
    "AWS::Logs::LogAnomalyDetector": ("AnomalyDetectorArn",),
    "AWS::Logs::QueryDefinition": ("QueryDefinitionId",),
    "AWS::ResourceGroups::Group": ("Arn",),
    "AWS::SSM::Association": ("AssociationId",),
    "AWS::SSM::Document": ("Name",),
    "AWS::SSM::MaintenanceWindow": ("Id",),
    "AWS::StepFunctions::Activity": ("Arn", "Name"),
}


def install(hooks: Hooks, context: EmulatorContext, types: ResourceTypes) -> None:
    """Register every type of the list that ministack does not have itself."""
    region = hooks.get(hooks.module("core.responses"), "get_region")
    for name, attributes in RECORDED_TYPES.items():
        if not types.known(name):
            types.register(name, RecordedResource(name, attributes, context.account, region, types))


class RecordedResource:
    """Gives a resource a name and its attributes, and warns once a server that this is all."""

    def __init__(
        self,
        name: str,
        attributes: tuple[str, ...],
        account: str,
        region: Any,  # noqa: ANN401 - ministack's function
        types: ResourceTypes,
    ) -> None:
        self._name = name
        self._attributes = attributes
        self._account = account
        self._region = region
        self._types = types
        self._warned = False

    def create(self, logical_id: str, props: Mapping[str, Any], stack: str) -> Created:
        """Write the resource down."""
        if not self._warned:
            self._warned = True
            _log.warning("%s is only recorded by the local AWS: nothing stands behind %s", self._name, logical_id)
        explicit = (value for key, value in props.items() if key.endswith("Name") and isinstance(value, str))
        name = next(explicit, None) or self._types.physical_name(stack, logical_id)
        return name, {attribute: self._value(attribute, name) for attribute in self._attributes}

    def update(
        self, physical_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack: str, logical_id: str
    ) -> Created:
        """Keep the record."""
        del old, new, stack, logical_id
        return physical_id, {attribute: self._value(attribute, physical_id) for attribute in self._attributes}

    def delete(self, physical_id: str, props: Mapping[str, Any]) -> None:
        """Nothing stands behind the record."""

    def _value(self, attribute: str, name: str) -> str:
        if attribute.lower().endswith("arn"):
            _, service, kind = self._name.lower().split("::")
            return f"arn:aws:{service}:{self._region()}:{self._account}:{kind}/{name}"
        return name
