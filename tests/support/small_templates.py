"""Small templates with environments and queues in them, as JSON has them, for rules to be tried on."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]
OPEN: Final[Json] = {"Ref": "Open"}
PARTIAL_ARN: Final[Json] = {"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonEC2SpotFleetRole"}


def environment(resources: Json | None = None, /, **properties: object) -> Json:
    """A managed environment of On-Demand instances; `resources` are added to its `ComputeResources`.

    A value of None takes a property out.
    """
    own = {"Type": "EC2", "MaxvCpus": 16, "InstanceTypes": ["default_x86_64"], "Subnets": ["subnet-1"]}
    compute = _without_none({**own, **(resources or {})})
    properties = _without_none({"Type": "MANAGED", "ComputeResources": compute, **properties})
    return {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}


def fargate(resources: Json | None = None, /, **properties: object) -> Json:
    """An environment on Fargate, with all that it needs."""
    own = {"Type": "FARGATE", "InstanceTypes": None, "SecurityGroupIds": ["sg-1"]}
    return environment({**own, **(resources or {})}, **properties)


def queue(*environments: str, **properties: object) -> Json:
    """A queue over environments of the template, in this order."""
    order = [{"Order": n, "ComputeEnvironment": {"Ref": name}} for n, name in enumerate(environments, start=1)]
    properties = _without_none({"Priority": 1, "ComputeEnvironmentOrder": order, **properties})
    return {"Type": "AWS::Batch::JobQueue", "Properties": properties}


def template(**resources: Json) -> Json:
    """A template of these resources, with an open parameter `Open` and an open condition `Maybe`."""
    return {
        "Parameters": {"Open": {"Type": "String"}},
        "Conditions": {"Maybe": {"Fn::Equals": [{"Ref": "Open"}, "yes"]}},
        "Resources": resources,
    }


def maybe(value: object) -> Json:
    """A value that is there only when the open condition holds."""
    return {"Fn::If": ["Maybe", value, {"Ref": "AWS::NoValue"}]}


def _without_none(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None}
