"""Templates with one job definition, `Job`, for trying rules on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.checks import violations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.checks import Rule

Template = dict[str, Any]
ROLE = "arn:aws:iam::123456789012:role/role"
OPEN = {"Ref": "Open"}
"""A value that only the deployment knows: `definition` declares the parameter."""


def definition(properties: Mapping[str, Any], **resources: Any) -> Template:  # noqa: ANN401
    """A template with a job definition of these properties, and other resources."""
    job = {"Type": "AWS::Batch::JobDefinition", "Properties": {"Type": "container", **properties}}
    return {"Parameters": {"Open": {"Type": "String"}}, "Resources": {"Job": job, **resources}}


def container(vcpus: Any = "1", memory: Any = "2048", **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    """A container that asks for a size."""
    sizes = [{"Type": "VCPU", "Value": vcpus}, {"Type": "MEMORY", "Value": memory}]
    return {"Image": "image", "ResourceRequirements": sizes, **properties}


def ec2(properties: Mapping[str, Any] | None = None, **job: Any) -> Template:  # noqa: ANN401
    """A job of one container on EC2, with further properties of the container and of the job."""
    return definition({"ContainerProperties": {**container(), **(properties or {})}, **job})


def fargate(properties: Mapping[str, Any] | None = None, **job: Any) -> Template:  # noqa: ANN401
    """A job of one container on Fargate, likewise."""
    whole = {**container(), "ExecutionRoleArn": ROLE, **(properties or {})}
    return definition({"PlatformCapabilities": ["FARGATE"], "ContainerProperties": whole, **job})


def tasks(*containers: Any, platform: str = "EC2", **task: Any) -> Template:  # noqa: ANN401
    """A job of several containers."""
    whole = {"Containers": list(containers), "ExecutionRoleArn": ROLE, **task}
    return definition({"PlatformCapabilities": [platform], "EcsProperties": {"TaskProperties": [whole]}})


def pod(properties: Mapping[str, Any], **job: Any) -> Template:  # noqa: ANN401
    """A job on EKS."""
    return definition({"EksProperties": {"PodProperties": properties}, **job})


def nodes(count: Any, *ranges: Any, main: Any = 0, **job: Any) -> Template:  # noqa: ANN401
    """A multi-node job."""
    several = {"NumNodes": count, "MainNode": main, "NodeRangeProperties": list(ranges)}
    return definition({"Type": "multinode", "NodeProperties": several, **job})


def paths(rule: Rule, *templates: Mapping[str, Any]) -> list[str]:
    """Where a rule is broken."""
    return [violation.path for violation in violations(rule, *templates)]
