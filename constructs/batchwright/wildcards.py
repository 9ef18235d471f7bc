"""The one list of IAM actions that this package grants on every resource (`*`), each with its reason.

Everything else is granted on the ARNs that need it. A test holds every policy of every template against this list;
it concerns policies of roles. (In a key's or a queue's own policy `*` means that key or queue.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOG_DELIVERY: Final = (
    "Step Functions logs through a log delivery, whose API has no resources. "
    "https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html"
)
_EXEC: Final = (
    "The channels of ECS Exec have no resources. "
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonmessagegatewayservice.html"
)
_TRACING: Final = (
    "X-Ray takes segments and gives sampling rules without resources. "
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html"
)

_BATCH_READS: Final = (
    "Batch has no resource-level permission for its lists; the janitor of revisions, and who may describe what a queue "
    "holds, read them. "
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html"
)

WILDCARD_REASONS: Final[Mapping[str, str]] = {
    "batch:DescribeJobDefinitions": _BATCH_READS,
    "batch:DescribeJobQueues": _BATCH_READS,
    "batch:DescribeComputeEnvironments": (
        "Batch has no resource-level permission for describing environments; the hosts of an unmanaged one join its "
        "ECS cluster, which only that tells. "
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html"
    ),
    "batch:DescribeJobs": (
        "Batch has no resource-level permission for describing jobs; Step Functions waits for a job with it. "
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html"
    ),
    "batch:DescribeServiceJob": _BATCH_READS,
    "batch:ListJobs": _BATCH_READS,
    "batch:ListServiceJobs": _BATCH_READS,
    "ce:GetCostAndUsage": (
        "Costs are read of the whole account; only a billing view, which is not used, would be a resource. "
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscostexplorerservice.html"
    ),
    "cloudwatch:PutMetricData": (
        "Metrics are no resources; hosts may write those of one namespace, which a condition names. "
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html"
    ),
    "ecr:GetAuthorizationToken": (
        "A login to the account's registry has no resource; what it may pull is granted on the repository. "
        "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html"
    ),
    "logs:CreateLogDelivery": _LOG_DELIVERY,
    "logs:DeleteLogDelivery": _LOG_DELIVERY,
    "logs:DescribeLogGroups": _LOG_DELIVERY,
    "logs:DescribeResourcePolicies": _LOG_DELIVERY,
    "logs:GetLogDelivery": _LOG_DELIVERY,
    "logs:ListLogDeliveries": _LOG_DELIVERY,
    "logs:PutResourcePolicy": _LOG_DELIVERY,
    "logs:UpdateLogDelivery": _LOG_DELIVERY,
    "ssmmessages:CreateControlChannel": _EXEC,
    "ssmmessages:CreateDataChannel": _EXEC,
    "ssmmessages:OpenControlChannel": _EXEC,
    "ssmmessages:OpenDataChannel": _EXEC,
    "xray:GetSamplingRules": _TRACING,
    "xray:GetSamplingTargets": _TRACING,
    "xray:PutTelemetryRecords": _TRACING,
    "xray:PutTraceSegments": _TRACING,
}
