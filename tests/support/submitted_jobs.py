"""Templates in which a job is submitted, for rules that look across resources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from support.checks import violations
from support.small_templates import environment, queue, template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.checks import Rule

Json = dict[str, Any]
SUBMIT_AND_WAIT = "arn:aws:states:::batch:submitJob.sync"


def job(vcpus: object = 1, memory: object = 2048, gpus: object = None, /, **properties: object) -> Json:
    """A job definition of one container; further properties are the definition's."""
    asked = [("VCPU", vcpus), ("MEMORY", memory), ("GPU", gpus)]
    sizes = [{"Type": kind, "Value": amount} for kind, amount in asked if amount is not None]
    container: Json = {"Image": "image", "ResourceRequirements": sizes}
    whole = {"Type": "container", "ContainerProperties": container, **properties}
    return {"Type": "AWS::Batch::JobDefinition", "Properties": whole}


def state_machine(
    *requests: Mapping[str, object], resource: object = SUBMIT_AND_WAIT, role: object = "role", **state: object
) -> Json:
    """A state machine with a state `Submit0`, `Submit1`, ... for each request; it submits `Job` to `Queue`."""
    states = {
        f"Submit{number}": {
            "Type": "Task",
            "Resource": resource,
            "Parameters": {"JobName": "job", "JobDefinition": {"Ref": "Job"}, "JobQueue": {"Ref": "Queue"}, **request},
            "End": True,
            **state,
        }
        for number, request in enumerate(requests or ({},))
    }
    definition = {"StartAt": "Submit0", "States": states}
    return {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": definition, "RoleArn": role}}


def as_text(machine: Json) -> Json:
    """The same state machine with its definition as JSON text, references put in by `Fn::Sub`."""
    properties = dict(machine["Properties"])
    written = json.dumps(properties.pop("Definition"))
    for name in ("Job", "Queue"):
        written = written.replace(json.dumps({"Ref": name}), json.dumps(f"${{{name}}}"))
    return {**machine, "Properties": {**properties, "DefinitionString": {"Fn::Sub": written}}}


def submitted(definition: Json, *environments: Json, request: Mapping[str, object] | None = None) -> Json:
    """A template in which a state machine submits `Job` to `Queue`, over `Environment0`, `Environment1`, ..."""
    named = {f"Environment{number}": each for number, each in enumerate(environments or (environment(),))}
    return template(Job=definition, Queue=queue(*named), Machine=state_machine(request or {}), **named)


def on(*instance_types: object, **resources: object) -> Json:
    """An On-Demand environment of these instance types."""
    return environment({"InstanceTypes": list(instance_types), **resources})


def found(rule: Rule, *templates: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a rule finds: each resource with the path in it."""
    return [(violation.resource.logical_id, violation.path) for violation in violations(rule, *templates)]
