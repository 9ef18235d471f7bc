"""The arguments of a `ManagedInstancesEnvironment`, checked before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration, Size

from batchwright.environments.container_insights import insights_problems
from batchwright.environments.instances import Instances
from batchwright.environments.managed_instances.reservations import Reservations
from batchwright.environments.static_tags import environment_tag_problems
from batchwright.environments.vcpus import vcpu_problems
from batchwright.model import Problem
from batchwright.model.arguments import flags_problems, kind_problems, like_problems, mapping_problems, option_problems
from batchwright.model.environment_settings import tag_problems
from batchwright.model.managed_instances import (
    NEVER,
    CapacityOption,
    reservation_problems,
    scale_in_problems,
    storage_problems,
    type_class_problems,
)
from batchwright.model.tags import tag_count_problems
from batchwright.tokens import open_unit_problems, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam

    from batchwright.environments.container_insights import ContainerInsights


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedInstancesSettings:
    """The arguments; the construct's docstring explains them."""

    vpc: ec2.IVpc
    instances: Instances | None
    capacity: CapacityOption
    reservations: Reservations | None
    max_vcpus: int
    subnets: ec2.SubnetSelection | None
    security_groups: Sequence[ec2.ISecurityGroup] | None
    instance_role: iam.IRole | None
    infrastructure_role: iam.IRole | None
    storage: Size | None
    local_storage: bool
    detailed_monitoring: bool
    fips: bool | None
    scale_in: bool
    scale_in_after: Duration | None
    capacity_tags: Mapping[str, str] | None
    tag_instances: bool
    metadata_tags: bool | None
    container_insights: ContainerInsights | None
    tags: Mapping[str, str] | None
    enabled: bool

    @property
    def idle_seconds(self) -> int | float | None:
        """Seconds that an idle instance lives, as CloudFormation has them; None leaves it to ECS."""
        if not self.scale_in:
            return NEVER
        return None if self.scale_in_after is None else self.scale_in_after.to_seconds(integral=False)

    @property
    def _flags(self) -> dict[str, object]:
        unset = {"fips": self.fips, "metadata_tags": self.metadata_tags}
        return {
            "local_storage": self.local_storage,
            "detailed_monitoring": self.detailed_monitoring,
            "scale_in": self.scale_in,
            "tag_instances": self.tag_instances,
            "enabled": self.enabled,
            **{name: value for name, value in unset.items() if value is not None},
        }

    def problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse."""
        return [*vcpu_problems(minimum=0, maximum=self.max_vcpus), *(self._kind_problems() or self._joint_problems())]

    def _kind_problems(self) -> Sequence[Problem]:
        """Find arguments of another kind than is meant."""
        return [
            *kind_problems("instances", self.instances, Instances, fix="Use Instances.of('m7g')."),
            *option_problems("capacity", self.capacity, CapacityOption),
            *kind_problems("reservations", self.reservations, Reservations, fix="Use Reservations(group_arn=...)."),
            *kind_problems("storage", self.storage, Size, fix="Use Size.gibibytes(100)."),
            *kind_problems("scale_in_after", self.scale_in_after, Duration, fix="Use Duration.minutes(5)."),
            *([] if self.capacity_tags is None else _tag_problems(self.capacity_tags)),
            *role_kind_problems("instance_role", self.instance_role),
            *role_kind_problems("infrastructure_role", self.infrastructure_role),
            *insights_problems(self.container_insights),
            *flags_problems(**self._flags),
            *environment_tag_problems(self.tags),
            *(self.reservations.problems() if isinstance(self.reservations, Reservations) else ()),
        ]

    def _joint_problems(self) -> Sequence[Problem]:
        """Find what AWS would refuse, in arguments of the right kinds."""
        reservations = self.reservations
        return [
            *type_class_problems(self.instances.types if self.instances else ()),
            *self._profile_problems(),
            *reservation_problems(
                CapacityOption(self.capacity),
                group=reservations.group_arn if reservations else None,
                preference=reservations.preference if reservations else None,
            ),
            *self._storage_problems(),
            *self._scale_in_problems(),
        ]

    def _profile_problems(self) -> Sequence[Problem]:
        """Find profiles whose extras instances would not get."""
        instances, fix = self.instances, "Use Instances.of(...) for the same types."
        if instances is None:
            return []
        types, found = ", ".join(instances.types), []
        if instances.efa_interfaces:
            found.append(Problem("instances", types, "instances without adapters, which ECS attaches none of", fix))
        if instances.nvme_scratch and not self.local_storage:
            allowed = "local_storage=True, without which containers get none of the drives"
            found.append(Problem("local_storage", False, allowed, f"Set it. {fix.replace('Use', 'Or use')}"))
        return found

    def _storage_problems(self) -> Sequence[Problem]:
        if self.storage is None or self.storage.is_unresolved():
            return []
        return storage_problems(self.storage.to_mebibytes() / 1024)

    def _scale_in_problems(self) -> Sequence[Problem]:
        if self.scale_in_after is None:
            return []
        if not self.scale_in:
            allowed, fix = "nothing with scale_in=False, which keeps idle instances", "Leave one of the two out."
            return [Problem("scale_in_after", str(self.scale_in_after.to_human_string()), allowed, fix)]
        idle = seconds(self.scale_in_after)
        return open_unit_problems("scale_in_after", self.scale_in_after) if idle is None else scale_in_problems(idle)


def _tag_problems(tags: object) -> Sequence[Problem]:
    wrong = mapping_problems("capacity_tags", tags, str, fix='Use {"team": "vision"}.')
    if wrong or not isinstance(tags, Mapping):
        return wrong
    field = "capacity_tags"
    return [*tag_count_problems(len(tags), field=field), *tag_problems(dict(tags), field=field)]


def role_kind_problems(field: str, role: object) -> Sequence[Problem]:
    """Find what is no role of the CDK."""
    return like_problems(field, role, "role_arn", kind="a role of the CDK", fix="Use iam.Role(...).")
