from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from support.annotations import warnings_of
from support.eks_parts import EksQueue, eks_job
from support.pipelines import resolve, statements_of
from support.problems import fields, refused
from support.synthesis import new_stack, synthesize

from batchwright.jobs.revision_janitor import RevisionJanitor

REVISION = "arn:aws:batch:us-east-1:123456789012:job-definition/embed:7"


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


def janitor(stack: cdk.Stack, **options: Any) -> RevisionJanitor:  # noqa: ANN401
    job = stack.node.try_find_child("Job") or eks_job(stack)
    return RevisionJanitor(stack, "Janitor", **{"jobs": [job], **options})


def request_of(stack: cdk.Stack) -> dict[str, Any]:
    template = synthesize(stack)
    (target,) = template.only("AWS::Events::Rule")["Targets"]
    loaded: dict[str, Any] = json.loads(resolve(target["Input"], template))
    return loaded


def test_it_looks_once_a_day_and_keeps_what_may_be_needed(stack: cdk.Stack) -> None:
    janitor(stack)
    assert synthesize(stack).only("AWS::Events::Rule")["ScheduleExpression"] == "rate(1 day)"
    request = request_of(stack)
    assert request.pop("definitions")[0].startswith("<Job")
    assert request == {"queues": [], "keep": 10, "keep_for_seconds": 604_800, "pinned": [], "dry_run": False}


def test_all_options_reach_the_function(stack: cdk.Stack) -> None:
    janitor(
        stack,
        queues=[EksQueue()],
        keep=2,
        keep_for=cdk.Duration.hours(3),
        pinned=[REVISION],
        every=cdk.Duration.minutes(90),
        dry_run=True,
    )
    assert synthesize(stack).only("AWS::Events::Rule")["ScheduleExpression"] == "rate(90 minutes)"
    request = request_of(stack)
    assert (request["keep"], request["keep_for_seconds"], request["dry_run"]) == (2, 10_800, True)
    assert (request["queues"], request["pinned"]) == ([EksQueue().job_queue_arn], [REVISION])


def test_it_may_change_revisions_of_these_jobs_alone(stack: cdk.Stack) -> None:
    janitor(stack)
    statements = statements_of(synthesize(stack), logical_id_prefix="Janitor")
    changing = [each for each in statements if "batch:DeregisterJobDefinition" in each["Action"]]
    (statement,) = changing
    assert statement["Action"] == ["batch:DeregisterJobDefinition", "batch:TagResource", "batch:UntagResource"]
    assert ":job-definition/" in str(statement["Resource"])
    assert str(statement["Resource"]).endswith(":*")
    everywhere = [each for each in statements if each["Resource"] == "*"]
    assert all(
        action.split(":")[1].startswith(("Describe", "List")) for each in everywhere for action in each["Action"]
    )


def test_metrics_are_the_functions_own(stack: cdk.Stack) -> None:
    made = janitor(stack)
    deregistered = made.metric_deregistered()
    assert (deregistered.namespace, deregistered.metric_name) == ("Batchwright/RevisionJanitor", "Deregistered")
    assert made.metric_failed().metric_name == "Errors"


def test_a_job_of_another_stack_is_warned_of(stack: cdk.Stack) -> None:
    other = cdk.Stack(stack.node.root, "Other")
    RevisionJanitor(other, "Janitor", jobs=[eks_job(stack)])
    assert any("Stack/Job: of another stack" in each for each in warnings_of(other))


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"jobs": []}, "jobs"),
        ({"jobs": "embed"}, "jobs"),
        ({"jobs": [REVISION]}, "jobs[0]"),
        ({"queues": ["q"]}, "queues[0]"),
        ({"queues": EksQueue()}, "queues"),
        ({"queues": [EksQueue()] * 11}, "queues"),
        ({"keep": 0}, "keep"),
        ({"keep": 1.5}, "keep"),
        ({"keep": "10"}, "keep"),
        ({"keep": True}, "keep"),
        ({"keep_for": 7}, "keep_for"),
        ({"keep_for": cdk.Duration.millis(1500)}, "keep_for"),
        ({"pinned": REVISION}, "pinned"),
        ({"pinned": ["embed:7"]}, "pinned[0]"),
        ({"pinned": [REVISION] * 11}, "pinned"),
        ({"every": cdk.Duration.seconds(90)}, "every"),
        ({"every": "1 day"}, "every"),
        ({"dry_run": "yes"}, "dry_run"),
    ],
)
def test_bad_input(stack: cdk.Stack, options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: janitor(stack, **options))) == [field]


def test_a_period_that_is_known_only_at_deployment(stack: cdk.Stack) -> None:
    days = cdk.CfnParameter(stack, "Days", type="Number").value_as_number
    assert fields(refused(lambda: janitor(stack, every=cdk.Duration.days(days)))) == ["every"]


def test_the_request_of_the_largest_janitor_fits_into_a_schedule(stack: cdk.Stack) -> None:
    jobs = [eks_job(stack, f"Job{number}") for number in range(20)]
    queues = [EksQueue(job_queue_arn=f"arn:aws-us-gov:batch:us-gov-west-1:123456789012:job-queue/{'q' * 128}")] * 10
    long = f"arn:aws-us-gov:batch:us-gov-west-1:123456789012:job-definition/{'d' * 128}:99999"
    janitor(stack, jobs=jobs, queues=queues, pinned=[long] * 10)
    request = request_of(stack)
    assert len(json.dumps(request | {"definitions": [long] * 20})) <= 8192
