"""What a change of each property does to an environment that exists, as this library's environments are set up.

`ReplaceComputeEnvironment` is false, the service role is AWS's and the strategy not `BEST_FIT`: otherwise all that
would replace hosts replaces the environment.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Effect(StrEnum):
    """What a change does."""

    IN_PLACE = "in place"
    """At once; hosts and jobs stay as they are."""
    NEW_HOSTS = "new hosts"
    """In place; hosts are replaced, and running jobs get the update's timeout, then they are tried again."""
    REPLACED = "replaced"
    """A new environment takes its place in the queues, and the old one is deleted with what runs there."""


RESOURCE_PAGE: Final = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-batch-computeenvironment.html"
)
HOSTS_PAGE: Final = "https://docs.aws.amazon.com/batch/latest/userguide/infrastructure-updates.html"
FARGATE_PAGE: Final = "https://docs.aws.amazon.com/batch/latest/userguide/updating-compute-environments.html"
API_PAGE: Final = "https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateComputeEnvironment.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a change of one property does.

    Attributes:
        path: The property, as CloudFormation writes it.
        options: The options that set it; none where no option changes it.
        hosts: The effect on EC2 and Spot environments; None where they do not have it.
        fargate: The effect on Fargate; None where it does not have it.
        note: What is worth knowing.
        source: Where AWS says so.
    """

    path: str
    options: Sequence[str]
    hosts: Effect | None
    fargate: Effect | None
    note: str = ""
    source: str = RESOURCE_PAGE


def _resources(
    name: str, options: Sequence[str], *, fargate: Effect | None = None, note: str = "", source: str = HOSTS_PAGE
) -> Change:
    path = f"ComputeResources.{name}"
    return Change(path=path, options=options, hosts=Effect.NEW_HOSTS, fargate=fargate, note=note, source=source)


def _scaling(name: str, options: Sequence[str], *, fargate: Effect | None = None, note: str = "") -> Change:
    path = f"ComputeResources.{name}"
    return Change(path=path, options=options, hosts=Effect.IN_PLACE, fargate=fargate, note=note, source=FARGATE_PAGE)


def _both(path: str, options: Sequence[str], effect: Effect, *, note: str = "", source: str = API_PAGE) -> Change:
    return Change(path=path, options=options, hosts=effect, fargate=effect, note=note, source=source)


CHANGES: Final[Sequence[Change]] = (
    _both("State", ["enabled"], Effect.IN_PLACE, note="DISABLED drains: running jobs end as they would."),
    _scaling("MaxvCpus", ["max_vcpus"], fargate=Effect.IN_PLACE),
    _scaling("MinvCpus", ["min_vcpus"]),
    _scaling("DesiredvCpus", ["hosts.desired_vcpus"], note="Batch moves it by itself; a deployment sets it back."),
    _scaling("ScalingPolicy", ["scale_down_delay"]),
    _resources("InstanceTypes", ["instances"]),
    _resources(
        "AllocationStrategy",
        ["strategy"],
        note="To or from BEST_FIT, which AWS cannot change, the environment gets another logical id.",
    ),
    _resources("BidPercentage", ["bid_percentage"]),
    _resources("Ec2Configuration", ["hosts.images"]),
    _resources("ImageId", [], note="Not rendered: images go by instance type, in Ec2Configuration."),
    _resources("UpdateToLatestImageVersion", ["updates.latest_image"]),
    _resources(
        "LaunchTemplate",
        ["hosts.launch_template", "hosts.launch_template_overrides"],
        note="An edit of the launch template too: the environment names its version by number.",
    ),
    _resources("Ec2KeyPair", ["hosts.key_pair"]),
    _resources(
        "InstanceRole",
        ["hosts.role"],
        note="The environment names a profile, which stays: another role in it holds for running hosts at once.",
    ),
    _resources("PlacementGroup", ["hosts.placement_group"]),
    _resources("Subnets", ["vpc", "subnets"], fargate=Effect.IN_PLACE),
    _resources("SecurityGroupIds", ["security_groups"], fargate=Effect.IN_PLACE),
    _resources("Tags", ["hosts.tags"], note="Tags of hosts and their disks."),
    _resources(
        "Type",
        ["spot"],
        fargate=Effect.REPLACED,
        note="EC2 and Spot are two constructs here. Fargate to Fargate Spot is not among what AWS updates, so that the "
        "environment gets another logical id.",
        source=FARGATE_PAGE,
    ),
    Change(
        path="ComputeResources.SpotIamFleetRole",
        options=["spot_fleet_role"],
        hosts=Effect.REPLACED,
        fargate=None,
        note="Only with BEST_FIT on Spot.",
    ),
    Change(
        path="UpdatePolicy",
        options=["updates.timeout", "updates.terminate_jobs"],
        hosts=Effect.IN_PLACE,
        fargate=None,
        note="Not rendered on Fargate, where AWS refuses it in an update.",
        source=API_PAGE,
    ),
    Change(
        path="ReplaceComputeEnvironment",
        options=["updates.replace"],
        hosts=Effect.IN_PLACE,
        fargate=None,
        note="Change it alone: together with another change, a failed deployment may not roll back. Not rendered on "
        "Fargate, which it does not apply to.",
    ),
    _both(
        "EcsSettings",
        ["container_insights"],
        Effect.IN_PLACE,
        note="Once set it cannot be unset: taken out of the template, it is DISABLED.",
    ),
    _both(
        "ServiceRole",
        ["service_role"],
        Effect.REPLACED,
        note="Between AWS's role and your own AWS refuses the change, so that the environment gets another logical id. "
        "From one role of your own to another it is in place.",
    ),
    _both(
        "Tags",
        ["tags"],
        Effect.REPLACED,
        note="Why Tags.of(...) of what is above does not reach the environment: only tags=... sets them.",
        source=RESOURCE_PAGE,
    ),
    _both("Type", [], Effect.REPLACED, note="MANAGED always.", source=RESOURCE_PAGE),
    _both("ComputeEnvironmentName", [], Effect.REPLACED, note="Not rendered: CloudFormation makes one.",
          source=RESOURCE_PAGE),
)  # fmt: skip
"""One entry a property of managed environments on ECS."""


def effects(*, fargate: bool) -> Mapping[str, Effect]:
    """Tell the effect of each property that environments on Fargate, or on hosts, have."""
    pairs = ((change.path, change.fargate if fargate else change.hosts) for change in CHANGES)
    return {path: effect for path, effect in pairs if effect is not None}
