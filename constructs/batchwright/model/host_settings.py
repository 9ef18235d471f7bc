"""Further settings of a host: what its launch template and the programs on it take."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from batchwright.model.problems import Problem
from batchwright.model.volumes import whole_number_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

# P5 has 32 network cards, more than any other type.
# Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-acc-inst-types.html
MAX_EFA_INTERFACES: Final = 32
# Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
_NAMESPACE: Final = re.compile(r"(?!AWS/)[A-Za-z0-9._/#:-]{1,255}")
_IMAGE: Final = re.compile(r"ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$|resolve:ssm:.")
_PROFILE: Final = "arn:aws:iam::123456789012:instance-profile/hosts"
_GROUP: Final = "arn:aws:resource-groups:us-east-1:123456789012:group/reserved"
_RUNTIME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_VERSION: Final = re.compile(r"latest|[0-9]+(?:\.[0-9]+){1,2}")
# Docker refuses to start when a key is set both here and by a flag of its service.
_DOCKER_KEYS: Final[Mapping[str, str]] = {
    "data-root": "Use docker_root=True of a scratch part; containerd's data move with Docker's then.",
    "default-ulimits": "Set ulimits in the job definition; Amazon Linux starts Docker with a flag for them.",
    "default-runtime": "Use default_runtime.",
}


def efa_count_problems(count: object) -> Sequence[Problem]:
    """Find a number of EFA interfaces that no instance type has; None is known only at deployment."""
    return whole_number_problems("efa_interfaces", count, 0, MAX_EFA_INTERFACES)


def efa_group_problems(*, interfaces: int, groups: int) -> Sequence[Problem]:
    """Find EFA interfaces without a security group, which would get the VPC's default one."""
    if not interfaces or groups:
        return []
    fix = "Give one that lets all traffic in from itself and out to itself."
    return [Problem("security_groups", "none", "at least one group with efa_interfaces", fix)]


def efa_driver_problems(*, interfaces: int, driver: bool) -> Sequence[Problem]:
    """Find the driver of adapters on hosts that have none: they would take no jobs."""
    if interfaces or not driver:
        return []
    fix = "Set efa_interfaces too, or leave EfaDriver out."
    return [Problem("efa_interfaces", interfaces, "1 or more with EfaDriver, which waits for an adapter", fix)]


def capacity_problems(
    *, preference: str | None, reservation_id: object, resource_group_arn: object, block: object
) -> Sequence[Problem]:
    """Find a capacity reservation that is described twice or not at all."""
    field = "capacity_reservation"
    choices = ("open", "none", "capacity-reservations-only")
    if preference is not None and preference not in choices:
        return [Problem(f"{field}.preference", preference, ", ".join(choices), "Use one of these.")]
    given = sum(each is not None for each in (reservation_id, resource_group_arn, preference))
    if given != 1:
        fix = "Use CapacityReservation.of(...), .in_group(...) or .only()."
        return [Problem(field, f"{given} of them", "a reservation, a resource group or a preference: one", fix)]
    wrong = [each for each in (reservation_id, resource_group_arn) if not isinstance(each, str | None)]
    if wrong:
        return [Problem(field, wrong[0], "the id or ARN as text", "Use CapacityReservation.of('cr-...').")]
    if not isinstance(block, bool):
        return [Problem(f"{field}.block", block, "True or False", "Use CapacityReservation.capacity_block('cr-...').")]
    if block and preference is not None:
        fix = "Name the Capacity Block's reservation, or a resource group of them."
        return [Problem(f"{field}.block", block, "a block with its reservation", fix)]
    return []


def image_problems(image_id: object) -> Sequence[Problem]:
    """Find what is no image of a launch template: its id, or an SSM parameter that EC2 reads at each launch."""
    if image_id is None or (isinstance(image_id, str) and _IMAGE.match(image_id)):
        return []
    return [Problem("image_id", image_id, "the id of an image", "Use one like 'ami-0123456789abcdef0'.")]


def profile_problems(arn: object) -> Sequence[Problem]:
    """Find what is no ARN of an instance profile."""
    if arn is None or (isinstance(arn, str) and arn.startswith("arn:")):
        return []
    return [Problem("instance_profile_arn", arn, "the ARN of an instance profile", f"Use one like {_PROFILE!r}.")]


def reservation_problems(*, reservation_id: object, resource_group_arn: object) -> Sequence[Problem]:
    """Find texts that name no reservation and no resource group; None is left out or known only at deployment."""
    field = "capacity_reservation"
    found = []
    if isinstance(reservation_id, str) and not reservation_id.startswith("cr-"):
        fix = "Use one like 'cr-0123456789abcdef0'."
        found.append(Problem(f"{field}.reservation_id", reservation_id, "the id of a reservation, cr-...", fix))
    if isinstance(resource_group_arn, str) and not resource_group_arn.startswith("arn:"):
        fix = f"Use one like {_GROUP!r}."
        found.append(Problem(f"{field}.resource_group_arn", resource_group_arn, "the ARN of a resource group", fix))
    return found


def metric_namespace_problems(namespace: object) -> Sequence[Problem]:
    """Find a namespace that CloudWatch does not take from users."""
    if isinstance(namespace, str) and _NAMESPACE.fullmatch(namespace):
        return []
    allowed = "1 to 255 letters, digits and . - _ / # :, not beginning with AWS/"
    return [Problem("namespace", namespace, allowed, "Use 'Batchwright/Hosts'.")]


def version_problems(version: object) -> Sequence[Problem]:
    """Find what is no version of the EFA installer."""
    if isinstance(version, str) and _VERSION.fullmatch(version):
        return []
    return [Problem("version", version, "'latest' or numbers with dots", "Use 'latest'.")]


def docker_problems(*, default_runtime: object, settings: object) -> Sequence[Problem]:
    """Find what Docker's configuration file cannot hold."""
    found: list[Problem] = []
    if default_runtime is not None and not (isinstance(default_runtime, str) and _RUNTIME.fullmatch(default_runtime)):
        found.append(Problem("default_runtime", default_runtime, "the name of a runtime", "Use 'nvidia' or 'runc'."))
    if not isinstance(settings, Mapping) or not all(isinstance(key, str) for key in settings):
        fix = "Use {'log-level': 'warn'}."
        return [*found, Problem("settings", settings, "a mapping of Docker's daemon.json", fix)]
    found += [
        Problem(f"settings[{key!r}]", settings[key], "what Docker's service has no flag or part for", fix)
        for key, fix in _DOCKER_KEYS.items()
        if key in settings
    ]
    try:
        json.dumps(dict(settings), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        found.append(Problem("settings", str(error), "what JSON can hold", "Use texts, numbers, lists and mappings."))
    if not settings and default_runtime is None:
        found.append(Problem("settings", settings, "at least one setting", "Name one, or leave the part out."))
    return found
