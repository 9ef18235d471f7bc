"""Service environment: how many instances SageMaker training jobs may take."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_batch as batch
from constructs import Construct

from batchwright.model import Problems
from batchwright.model.arguments import flag_problems, mapping_problems, number_problems
from batchwright.model.quota_shares import NUMBER_OF_INSTANCES
from batchwright.model.service_environments import capacity_unit_problems, count_problems
from batchwright.model.tags import tag_count_problems
from batchwright.tokens import known, where

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Problem

_TRAINING: Final = "SAGEMAKER_TRAINING"
_FIX: Final = 'Use 10, or {"ml.g6.xlarge": 10} for a queue with quota shares.'


class ServiceEnvironment(Construct):
    """An AWS Batch service environment for SageMaker training jobs: a ceiling on the instances that they take at once.

    SageMaker runs the jobs on instances of its own; Batch only queues them. There is no network, role or image to set
    up here: each training job names its own when it is submitted with `SubmitServiceJob`.

    All settings change in place. Disabling stops new jobs; those that run go on.

    Args:
        scope: The parent.
        construct_id: The id below it.
        instances: How many instances at once, 1 or more: a number for all types together, or for a queue with quota
            shares a number for each instance type, `{"ml.g6.xlarge": 8, "ml.p5.48xlarge": 2}`; jobs on other types then
            wait. Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
        enabled: Whether queues may place jobs on it. False drains it.
        tags: Tags of the service environment itself, up to 50.

    Raises:
        ConfigurationError: A number is below 1, or a name is no instance type of SageMaker.

    Attributes:
        resource: The L1 resource, for properties that this construct does not cover.
        capacity_limits: The most instances by unit: `NUM_INSTANCES`, or each instance type.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        instances: int | Mapping[str, int],
        enabled: bool = True,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._batchwright_scope = scope
        problems = Problems(where(self))
        problems.extend(_instance_problems(instances))
        problems.extend([*_tag_problems(tags), *flag_problems("enabled", enabled)])
        problems.raise_if_any()
        limits = dict(instances) if isinstance(instances, Mapping) else {NUMBER_OF_INSTANCES: instances}
        self.capacity_limits: Mapping[str, int] = MappingProxyType(limits)
        self.resource = batch.CfnServiceEnvironment(
            self,
            "Resource",
            service_environment_type=_TRAINING,
            state="ENABLED" if enabled else "DISABLED",
            capacity_limits=[
                batch.CfnServiceEnvironment.CapacityLimitProperty(capacity_unit=unit, max_capacity=limit)
                for unit, limit in limits.items()
            ],
            tags=dict(tags) if tags else None,
        )

    @property
    def service_environment_arn(self) -> str:
        """ARN of the service environment."""
        return self.resource.attr_service_environment_arn


def _instance_problems(instances: object) -> Sequence[Problem]:
    if not isinstance(instances, Mapping):
        return _number_problems("instances", instances)
    return [
        *capacity_unit_problems(list(instances)),
        *(each for unit, limit in instances.items() for each in _number_problems(f"instances[{unit!r}]", limit)),
    ]


def _number_problems(field: str, value: object) -> Sequence[Problem]:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return number_problems(field, value, fix=_FIX)
    return count_problems(field, known(value))


def _tag_problems(tags: Mapping[str, str] | None) -> Sequence[Problem]:
    if tags is None:
        return []
    wrong = mapping_problems("tags", tags, str, fix='Use {"team": "vision"}.')
    return wrong or tag_count_problems(len(tags))
