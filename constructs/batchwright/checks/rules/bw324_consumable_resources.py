"""BW324: no job asks for more of a consumable resource than there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from batchwright.checks.finding import Severity
from batchwright.checks.rule import Rule
from batchwright.checks.rules.places import at, each, node_ranges
from batchwright.checks.templates import Reference, fields, number, text
from batchwright.model.consumable_resources import consumable_quantity_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.checks.rule import Violation
    from batchwright.checks.system import System
    from batchwright.checks.templates import Resource, Value

_TYPE: Final = "AWS::Batch::ConsumableResource"
_LIST: Final = "ConsumableResourceProperties.ConsumableResourceList"


def _check(system: System) -> Iterator[Violation]:
    named = {(each.template, text(each.get("ConsumableResourceName"))): each for each in system.of_type(_TYPE)}
    for definition in system.definitions:
        for path, need in _needs(definition.resource):
            wanted = need.get("ConsumableResource")
            name = text(wanted)
            resource = named.get((definition.resource.template, name)) if name else None
            if isinstance(wanted, Reference) and wanted.resource.type == _TYPE:
                resource = wanted.resource
            quantity = number(need.get("Quantity"))
            total = None if resource is None else number(resource.get("TotalQuantity"))
            if quantity is not None and total is not None:
                problems = consumable_quantity_problems(quantity, total)
                yield from at(definition.resource, f"{path}.Quantity", problems)


def _needs(resource: Resource) -> Iterator[tuple[str, dict[str, Value]]]:
    owners = [("", resource.properties), *((f"{path}.", node) for path, node in node_ranges(resource))]
    for path, owner in owners:
        listed = fields(owner.get("ConsumableResourceProperties")).get("ConsumableResourceList")
        yield from each(listed, f"{path}{_LIST}")


RULE: Final = Rule(
    id="BW324",
    severity=Severity.ERROR,
    title="No job asks for more of a consumable resource than there is",
    what="The quantity of a consumable resource that a job definition asks for is not above the resource's "
    "`TotalQuantity`. Silent on resources that are not in the same application, on a total of 0, which is raised "
    "later, and on what is open.",
    why="The job stays RUNNABLE until somebody raises the total.",
    source="https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling-how-to-for-jobs.html",
    check=_check,
)
