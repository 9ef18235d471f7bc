"""Which errors of a service call Step Functions tries again: those that say nothing about the work itself."""

from __future__ import annotations

from typing import Any, Final

# What Step Functions reports when Batch's API is throttled or unwell. A job that fails is `States.TaskFailed` and is
# not among them: its retries belong to Batch, which keeps its place, its history and its exit codes together.
BATCH_ERRORS: Final = ("Batch.AWSBatchException", "Batch.ServerException", "Batch.TooManyRequestsException")

# Source: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
LAMBDA_ERRORS: Final = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
)


def batch_retry() -> list[dict[str, Any]]:
    """Ten attempts over about six minutes, spread at random, so that a wave of executions does not return as one."""
    return [_retry(BATCH_ERRORS, attempts=10, max_delay=60)]


def lambda_retry() -> list[dict[str, Any]]:
    """Six attempts within about two minutes, spread at random."""
    return [_retry(LAMBDA_ERRORS, attempts=6, max_delay=60)]


def _retry(errors: tuple[str, ...], *, attempts: int, max_delay: int) -> dict[str, Any]:
    return {
        "ErrorEquals": list(errors),
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": attempts,
        "MaxDelaySeconds": max_delay,
        "JitterStrategy": "FULL",
    }
