"""Resources put together by hand, for the tests of the linked system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.checks import system_of

if TYPE_CHECKING:
    from batchwright.checks.system import Environment, System


def resource(kind: str, **properties: object) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def environment(**compute: object) -> dict[str, Any]:
    return resource("AWS::Batch::ComputeEnvironment", Type="MANAGED", ComputeResources=compute)


def linked(**resources: object) -> System:
    return system_of({"Resources": resources})


def the_environment(**resources: object) -> Environment:
    (found,) = linked(**resources).environments
    return found
