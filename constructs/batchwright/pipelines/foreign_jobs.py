"""Jobs of another stack than the pipeline that submits them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from constructs import Construct

from batchwright.pipelines.tree import walk

if TYPE_CHECKING:
    from batchwright.pipelines.step import Step

WARNING_ID: Final = "batchwright:jobOfAnotherStack"


def warn_of_foreign_jobs(pipeline: Construct, stack: cdk.Stack, steps: Step) -> None:
    """Warn where a pipeline would hold an export that changes with each revision of a job.

    The job definition's ARN names its revision, and CloudFormation refuses to change an export that another stack uses:
    the job's stack could be deployed once, and never with a changed job again.
    Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
    """
    jobs = dict.fromkeys(job for step in walk(steps) if isinstance(job := getattr(step, "job", None), Construct))
    foreign = [job for job in jobs if cdk.Stack.of(job) is not stack]
    if foreign:
        cdk.Annotations.of(pipeline).add_warning_v2(
            WARNING_ID,
            f"{', '.join(job.node.path for job in foreign)}: of another stack, so a change of the job cannot be "
            "deployed while this pipeline uses it. Make jobs and the pipeline that runs them in one stack.",
        )
