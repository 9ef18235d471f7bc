"""Something that jobs hold while they run, such as licenses of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from aws_cdk import aws_batch as batch
from constructs import Construct

from batchwright.model import Problem, Problems
from batchwright.model.arguments import flag_problems
from batchwright.model.consumable_resources import (
    consumable_quantity_problems,
    consumable_total_problems,
    consumed_quantity_problems,
)
from batchwright.tokens import is_token, known, where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam


@runtime_checkable
class Consumable(Protocol):
    """A consumable resource: a `ConsumableResource`, or one of CDK's own."""

    @property
    def consumable_resource_arn(self) -> str:
        """Its ARN."""


class ConsumableResource(Construct):
    """Something that there is only so much of, which Batch counts: licenses, tokens of an API, rows of a budget.

    A job that asks for it starts when there is enough of it left: `ContainerJob(..., consumable_resources={it: 2})`.

    Args:
        scope: The parent.
        construct_id: The id below it.
        total_quantity: How much there is, 0 or more. 0 holds all jobs back until it is raised.
        replenishable: Whether a job gives back what it held when it ends, as with licenses; False for what is used up.

    Raises:
        ConfigurationError: The quantity is negative or not whole.

    Attributes:
        consumable_resource: The resource of CDK's own construct library.
        total_quantity: How much there is, for the checks of jobs.
    """

    def __init__(self, scope: Construct, construct_id: str, *, total_quantity: int, replenishable: bool = True) -> None:
        super().__init__(scope, construct_id)
        problems = Problems(where(self))
        is_open = isinstance(total_quantity, float) and is_token(total_quantity)
        problems.extend(consumable_total_problems(total_quantity, is_open=is_open))
        problems.extend(flag_problems("replenishable", replenishable))
        problems.raise_if_any()
        kinds = batch.ConsumableResourceType
        self.total_quantity = total_quantity
        self.consumable_resource = batch.ConsumableResource(
            self,
            "Resource",
            total_quantity=total_quantity,
            resource_type=kinds.REPLENISHABLE if replenishable else kinds.NON_REPLENISHABLE,
        )

    @property
    def consumable_resource_arn(self) -> str:
        """Its ARN."""
        return self.consumable_resource.consumable_resource_arn

    def grant_update(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow changing how much there is, for what buys licenses or refills a budget."""
        return self.consumable_resource.grants.update(grantee)


def consumable_problems(needs: Mapping[Consumable, int], *, field: str = "consumable_resources") -> Sequence[Problem]:
    """Find what is no consumable resource, and amounts that there never are."""
    found: list[Problem] = []
    for number, (resource, quantity) in enumerate(needs.items()):
        if not hasattr(resource, "consumable_resource_arn"):
            fix = "Use {ConsumableResource(self, 'Licenses', total_quantity=10): 1}."
            found.append(Problem(f"{field}[{number}]", resource, "a ConsumableResource", fix))
            continue
        label = f"{field}[{getattr(getattr(resource, 'node', None), 'id', number)}]"
        wrong = consumed_quantity_problems(quantity, field=label, is_open=is_token(quantity))
        found.extend(wrong)
        total = getattr(resource, "total_quantity", None)
        if wrong or total is None or known(total) is None or known(quantity) is None:
            continue
        found.extend(consumable_quantity_problems(quantity, total, field=label))
    return found


def render_consumables(
    needs: Mapping[Consumable, int],
) -> batch.CfnJobDefinition.ConsumableResourcePropertiesProperty | None:
    """Render as `ConsumableResourceProperties`; None for a job that holds nothing."""
    if not needs:
        return None
    definition = batch.CfnJobDefinition
    return definition.ConsumableResourcePropertiesProperty(
        consumable_resource_list=[
            definition.ConsumableResourceRequirementProperty(
                consumable_resource=resource.consumable_resource_arn, quantity=quantity
            )
            for resource, quantity in needs.items()
        ]
    )
