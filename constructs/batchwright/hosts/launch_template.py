"""The launch template of Batch hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from batchwright.hosts.root_volume import RootVolume
from batchwright.hosts.user_data import AGENT_SETTINGS, render, setting_problems
from batchwright.model import Problems
from batchwright.tokens import where, within

if TYPE_CHECKING:
    from collections.abc import Mapping

# Root device of the Amazon Linux 2023 images that Batch uses.
_ROOT_DEVICE: Final = "/dev/xvda"
_MAX_HOPS: Final = 64


class HostLaunchTemplate(Construct):
    """A launch template with IMDSv2, an encrypted root disk and the ECS agent's settings.

    An environment that uses it names its latest version number, so that every edit reaches the hosts.

    Args:
        scope: The parent.
        construct_id: The id below it.
        root_volume: The root disk.
        metadata_hop_limit: Network hops that instance metadata answers over, 1 to 64. One by default: containers get
            their role from ECS and have no business with the host's.
        agent_settings: Further lines of the ECS agent's configuration, or other values for those set by default.

    Raises:
        ConfigurationError: A number is outside its range, or a setting cannot stand in the configuration.

    Attributes:
        template: The L1 launch template.
        launch_template_id: Its id.
        latest_version: Its latest version number, resolved at deployment.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        root_volume: RootVolume | None = None,
        metadata_hop_limit: int = 1,
        agent_settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        volume = root_volume or RootVolume()
        settings = {**AGENT_SETTINGS, **(agent_settings or {})}
        self._check(volume, metadata_hop_limit, settings)
        self.template = ec2.CfnLaunchTemplate(
            self,
            "Template",
            launch_template_data=ec2.CfnLaunchTemplate.LaunchTemplateDataProperty(
                block_device_mappings=[_root_mapping(volume)],
                metadata_options=ec2.CfnLaunchTemplate.MetadataOptionsProperty(
                    http_tokens="required", http_put_response_hop_limit=metadata_hop_limit
                ),
                # Encoded at deployment: readable in the template, and a setting may be known only then.
                user_data=Fn.base64(render(settings)),
            ),
        )
        self.launch_template_id = self.template.ref
        self.latest_version = self.template.attr_latest_version_number

    def _check(self, volume: RootVolume, hop_limit: int, settings: Mapping[str, str]) -> None:
        problems = Problems(where(self))
        problems.extend(volume.problems())
        problems.check(
            within(hop_limit, 1, _MAX_HOPS),
            field="metadata_hop_limit",
            value=hop_limit,
            allowed=f"1 to {_MAX_HOPS}",
            fix="Use 1, or 2 for containers that read the metadata of their host.",
        )
        problems.extend(setting_problems(settings))
        problems.raise_if_any()


def _root_mapping(volume: RootVolume) -> ec2.CfnLaunchTemplate.BlockDeviceMappingProperty:
    return ec2.CfnLaunchTemplate.BlockDeviceMappingProperty(
        device_name=_ROOT_DEVICE,
        ebs=ec2.CfnLaunchTemplate.EbsProperty(
            volume_type="gp3",
            volume_size=volume.gibibytes,
            iops=volume.iops,
            throughput=volume.throughput_mibps,
            encrypted=True,
            delete_on_termination=True,
        ),
    )
