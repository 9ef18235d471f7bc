"""What managed instances are launched with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_batch as batch

from batchwright.model.managed_instances import CapacityOption

if TYPE_CHECKING:
    from batchwright.environments.managed_instances.arguments import ManagedInstancesSettings
    from batchwright.environments.placement import Placement

_Environment = batch.CfnComputeEnvironment


def instance_template(
    settings: ManagedInstancesSettings, placement: Placement, profile_arn: str
) -> batch.CfnComputeEnvironment.InstanceLaunchTemplateProperty:
    """Describe the instances; what is left out, ECS decides."""
    types, reservations, storage = settings.instances, settings.reservations, settings.storage
    return _Environment.InstanceLaunchTemplateProperty(
        ec2_instance_profile_arn=profile_arn,
        network_configuration=_Environment.ManagedInstancesNetworkConfigurationProperty(
            subnets=list(placement.subnet_ids), security_groups=placement.security_group_ids
        ),
        capacity_option_type=CapacityOption(settings.capacity).value,
        instance_requirements=_Environment.InstanceRequirementsProperty(allowed_instance_types=list(types.types))
        if types
        else None,
        capacity_reservations=_Environment.CapacityReservationsProperty(
            reservation_group_arn=reservations.group_arn, reservation_preference=str(reservations.preference)
        )
        if reservations
        else None,
        storage_configuration=_Environment.ManagedInstancesStorageConfigurationProperty(
            storage_size_gib=storage.to_gibibytes()
        )
        if storage
        else None,
        local_storage_configuration=_Environment.ManagedInstancesLocalStorageConfigurationProperty(
            use_local_storage=settings.local_storage
        ),
        monitoring="DETAILED" if settings.detailed_monitoring else "BASIC",
        fips_enabled=settings.fips,
        instance_metadata_tags_propagation=settings.metadata_tags,
    )
