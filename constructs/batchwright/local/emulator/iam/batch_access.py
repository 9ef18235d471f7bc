"""What IAM judges a request to AWS Batch on: the resources it names, and the values of its condition keys.

The table follows the Service Authorization Reference:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html. Operations that are not in it,
such as DescribeJobs and ListJobs, have no resource-level permissions and are judged on `*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Alternatives = tuple[str, ...]
"""ARNs of one resource, any of which may be allowed."""

_ENVIRONMENT, _QUEUE, _DEFINITION = "compute-environment", "job-queue", "job-definition"
_POLICY, _JOB, _CONSUMABLE, _SERVICE = "scheduling-policy", "job", "consumable-resource", "service-environment"

# Operation -> (member of the request, type of resource). A dot goes into each entry of a list.
_NAMED: dict[str, tuple[tuple[str, str], ...]] = {
    "CancelJob": (("jobId", _JOB),),
    "CancelJobs": (("jobs", _JOB),),
    "TerminateJob": (("jobId", _JOB),),
    "TerminateJobs": (("jobs", _JOB),),
    "CreateComputeEnvironment": (("computeEnvironmentName", _ENVIRONMENT),),
    "UpdateComputeEnvironment": (("computeEnvironment", _ENVIRONMENT),),
    "DeleteComputeEnvironment": (("computeEnvironment", _ENVIRONMENT),),
    "CreateConsumableResource": (("consumableResourceName", _CONSUMABLE),),
    "DescribeConsumableResource": (("consumableResource", _CONSUMABLE),),
    "UpdateConsumableResource": (("consumableResource", _CONSUMABLE),),
    "DeleteConsumableResource": (("consumableResource", _CONSUMABLE),),
    "ListJobsByConsumableResource": (("consumableResource", _CONSUMABLE),),
    "CreateJobQueue": (
        ("jobQueueName", _QUEUE),
        ("computeEnvironmentOrder.computeEnvironment", _ENVIRONMENT),
        ("schedulingPolicyArn", _POLICY),
    ),
    "UpdateJobQueue": (
        ("jobQueue", _QUEUE),
        ("computeEnvironmentOrder.computeEnvironment", _ENVIRONMENT),
        ("schedulingPolicyArn", _POLICY),
    ),
    "DeleteJobQueue": (("jobQueue", _QUEUE),),
    "GetJobQueueSnapshot": (("jobQueue", _QUEUE),),
    "CreateSchedulingPolicy": (("name", _POLICY),),
    "UpdateSchedulingPolicy": (("arn", _POLICY),),
    "DeleteSchedulingPolicy": (("arn", _POLICY),),
    "DescribeSchedulingPolicies": (("arns", _POLICY),),
    "CreateServiceEnvironment": (("serviceEnvironmentName", _SERVICE),),
    "UpdateServiceEnvironment": (("serviceEnvironment", _SERVICE),),
    "DeleteServiceEnvironment": (("serviceEnvironment", _SERVICE),),
    "RegisterJobDefinition": (("jobDefinitionName", _DEFINITION),),
    "DeregisterJobDefinition": (("jobDefinition", _DEFINITION),),
    "SubmitJob": (("jobDefinition", _DEFINITION), ("jobQueue", _QUEUE)),
    "ListTagsForResource": (("resourceArn", ""),),
    "TagResource": (("resourceArn", ""),),
    "UntagResource": (("resourceArn", ""),),
}

# Condition key -> where its value stands in RegisterJobDefinition (and SubmitJob, which has the first).
_CONDITIONS = {
    "batch:ShareIdentifier": "shareIdentifier",
    "batch:Image": "containerProperties.image",
    "batch:User": "containerProperties.user",
    "batch:Privileged": "containerProperties.privileged",
    "batch:LogDriver": "containerProperties.logConfiguration.logDriver",
    "batch:AWSLogsGroup": "containerProperties.logConfiguration.options.awslogs-group",
    "batch:AWSLogsRegion": "containerProperties.logConfiguration.options.awslogs-region",
    "batch:AWSLogsStreamPrefix": "containerProperties.logConfiguration.options.awslogs-stream-prefix",
    "batch:AWSLogsCreateGroup": "containerProperties.logConfiguration.options.awslogs-create-group",
    "batch:EKSImage": "eksProperties.podProperties.containers.image",
    "batch:EKSPrivileged": "eksProperties.podProperties.containers.securityContext.privileged",
    "batch:EKSRunAsUser": "eksProperties.podProperties.containers.securityContext.runAsUser",
    "batch:EKSRunAsGroup": "eksProperties.podProperties.containers.securityContext.runAsGroup",
    "batch:EKSNamespace": "eksProperties.podProperties.metadata.namespace",
    "batch:EKSServiceAccountName": "eksProperties.podProperties.serviceAccountName",
}


def named(operation: str, request: Mapping[str, Any], *, region: str, account: str) -> list[Alternatives]:
    """Return each resource that a request names; all of them have to be allowed.

    A job definition that is named with its revision may be allowed as such, or by its name alone: AWS's own examples
    of policies (https://docs.aws.amazon.com/batch/latest/userguide/iam-example-job-def.html) name it without.

    Args:
        operation: Name of the operation.
        request: Its request, as it was sent.
        region: Region of the request.
        account: Account of the request.
    """
    prefix = f"arn:aws:batch:{region}:{account}:"
    resources: list[Alternatives] = []
    for member, kind in _NAMED.get(operation, ()):
        for value in _values(request, member.split(".")):
            arn = value if value.startswith("arn:") or not kind else f"{prefix}{kind}/{value}"
            unrevised = arn.rpartition(":")[0] if _has_revision(arn) and operation == "SubmitJob" else arn
            resources.append(tuple(dict.fromkeys((arn, unrevised))))
    return resources


def conditions(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the condition keys that Batch defines.

    Args:
        request: The request, as it was sent.
    """
    context: dict[str, Any] = {}
    for key, place in _CONDITIONS.items():
        found = list(_values(request, place.split(".")))
        if found:
            context[key] = found[0] if len(found) == 1 else found
    return context


def _values(value: Any, path: list[str]) -> Iterator[str]:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        for item in value:
            yield from _values(item, path)
    elif path and isinstance(value, dict):
        yield from _values(value.get(path[0]), path[1:])
    elif not path and isinstance(value, bool):
        yield str(value).lower()
    elif not path and isinstance(value, (str, int)):
        yield str(value)


def _has_revision(arn: str) -> bool:
    name, _, revision = arn.rpartition(":")
    return ":job-definition/" in name and (revision.isdigit() or revision == "$LATEST")
