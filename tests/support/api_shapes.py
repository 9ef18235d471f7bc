"""Holds rendered properties against the shapes of the AWS Batch API, as botocore knows them."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.validate import ParamValidator

_PLACEHOLDER = "arn:aws:batch:us-east-1:123456789012:token/1"
# CloudFormation's own properties, which no API knows.
_ONLY_CLOUDFORMATION = {
    "ReplaceComputeEnvironment",
    "ResourceRetentionPolicy",
    "UpdatePolicy",
    "UpdateToLatestImageVersion",
}


@cache
def _service() -> Any:  # noqa: ANN401
    return botocore.session.get_session().get_service_model("batch")


def api_problems(operation: str, properties: dict[str, Any], **extra: Any) -> list[str]:  # noqa: ANN401
    """What the API would say about a resource's properties; tokens count as text or as the number 1."""
    shape = _service().operation_model(operation).input_shape
    parameters = {**_to_api(properties, shape), **extra}
    report = ParamValidator().validate(parameters, shape)
    return [*([report.generate_report()] if report.has_errors() else []), *_enum_problems(parameters, shape, operation)]


def response_problems(operation: str, response: dict[str, Any]) -> list[str]:
    """What boto3's model of the service says about a response: members it does not know, lacks, or has otherwise."""
    shape = _service().operation_model(operation).output_shape
    if shape is None:
        return [f"{operation} answers with {response}, but has no answer"] if response else []
    report = ParamValidator().validate(_with_starts(response) if operation == "DescribeJobs" else response, shape)
    return [*([report.generate_report()] if report.has_errors() else []), *_enum_problems(response, shape, operation)]


def _with_starts(response: dict[str, Any]) -> dict[str, Any]:
    """The model says that every job has `startedAt`, but one that did not start has none.

    Source: https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html (the RUNNABLE job)
    """
    return {**response, "jobs": [{"startedAt": 0, **job} for job in response["jobs"]]}


def _to_api(value: Any, shape: Shape | None) -> Any:  # noqa: ANN401
    if isinstance(value, dict) and _is_token(value):
        return 1 if shape is not None and shape.type_name in {"integer", "long"} else _PLACEHOLDER
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members: dict[str, str] = {str(name).lower(): str(name) for name in shape.members}
        names: dict[str, str] = {
            key: str(members.get(key.lower(), key)) for key in value if key not in _ONLY_CLOUDFORMATION
        }
        return {name: _to_api(value[key], shape.members.get(name)) for key, name in names.items()}
    if isinstance(shape, MapShape) and isinstance(value, dict):
        return {key: _to_api(item, shape.value) for key, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_to_api(item, shape.member) for item in value]
    return value


def _is_token(value: dict[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _enum_problems(value: Any, shape: Shape, path: str) -> list[str]:  # noqa: ANN401
    """botocore leaves enumerations to the service; a wrong word in one is refused there."""
    if isinstance(shape, StructureShape):
        return [
            problem
            for name, item in value.items()
            if name in shape.members
            for problem in _enum_problems(item, shape.members[name], f"{path}.{name}")
        ]
    if isinstance(shape, ListShape):
        return [problem for item in value for problem in _enum_problems(item, shape.member, path)]
    words = shape.metadata.get("enum", [])
    if words and value not in words and str(value).upper() not in words:
        return [f"{path}: {value!r} is none of {words}"]
    return []
