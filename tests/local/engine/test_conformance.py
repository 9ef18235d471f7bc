"""What `docs/batch-api` says of each member is tried on the engine."""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from local.engine.api_stage import Stage
from local.engine.api_values import at, put, take
from local.engine.harness import Plan
from support.batch_api import answer, covers, described, members_of, request_leaves, response_leaves, values_at

from batchwright.local.engine import Attempt, BatchError, ContainerExit, Exit
from batchwright.local.engine.api.paging import page_token
from batchwright.local.engine.api.requests import service_model

if TYPE_CHECKING:
    from local.engine.harness import Batch
    from local.engine.shapes import Json

    from tools.batch_api_page import Row

QUEUES: Final = {"EC2": "queue", "EKS": "eks", "FARGATE": "fargate", "MANAGED_INSTANCES": "instances"}
NAMES: Final = ("side", "main", "init", "second")
RUNS: Final = ("RegisterJobDefinition", "SubmitJob")
ROWS: Final = [(operation, row) for operation, entry in described().items() for row in entry.rows]
# How what an operation made or changed is described: the operation, the list's name, and by which member.
DESCRIBED: Final = {
    "ComputeEnvironment": ("DescribeComputeEnvironments", "computeEnvironments", "computeEnvironmentName"),
    "JobQueue": ("DescribeJobQueues", "jobQueues", "jobQueueName"),
    "SchedulingPolicy": ("DescribeSchedulingPolicies", "arns", "arn"),
    "ServiceEnvironment": ("DescribeServiceEnvironments", "serviceEnvironments", "serviceEnvironmentName"),
    "QuotaShare": ("DescribeQuotaShare", "quotaShareArn", "quotaShareArn"),
    "ConsumableResource": ("DescribeConsumableResource", "consumableResource", "consumableResourceName"),
    "JobDefinition": ("DescribeJobDefinitions", "jobDefinitions", "jobDefinitionArn"),
    "Job": ("DescribeJobs", "jobs", "jobId"),
}
# Members of SubmitJob that DescribeJobs shows under another name.
SHOWN_AS: Final = {
    "containerOverrides": "container",
    "ecsPropertiesOverride": "ecsProperties",
    "eksPropertiesOverride": "eksProperties",
    "consumableResourcePropertiesOverride": "consumableResourceProperties",
    "nodeOverrides": "nodeProperties",
    "schedulingPriorityOverride": "schedulingPriority",
}
# DescribeJobs shows ARNs instead of names.
SHOWN_OTHERWISE: Final = {
    ("SubmitJob", "jobQueue"),
    ("SubmitJob", "jobDefinition"),
}
# No runner looks at these parts of attempts and containers; ids and what is shown differ from job to job.
NOT_RUN: Final = {
    "execute_command",
    "host_network",
    "iam",
    "image_pull_secrets",
    "job_arn",
    "job_id",
    "job_name",
    "network",
    "raw",
    "router",
    "service_account",
    "tags",
    "task_arn",
    "task_id",
    "transit_encryption",
}


def name_of(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) else " ".join(value.names)


@pytest.fixture
def stage(batch: Batch) -> Stage:
    return Stage(batch)


@pytest.mark.parametrize(("operation", "row"), ROWS, ids=name_of)
def test_members_are_what_their_row_says(stage: Stage, operation: str, row: Row) -> None:
    for leaf, _ in members_of(operation, row):
        request = request_with(stage, operation, leaf)
        if answer(operation, leaf) == "refused":
            with pytest.raises(BatchError):
                stage.batch(operation, **request)
        else:
            response = stage.batch(operation, **request)
            check_shown(stage, operation, leaf, request, response)


@pytest.mark.parametrize(("operation", "row"), [each for each in ROWS if each[0] in RUNS], ids=name_of)
def test_what_is_recorded_does_not_reach_the_runner_and_the_rest_does(stage: Stage, operation: str, row: Row) -> None:
    for leaf, _ in members_of(operation, row):
        if ("roperties" not in leaf and "verrides" not in leaf) or "consumableResource" in leaf:
            continue
        if answer(operation, leaf) == "refused":
            continue
        request = request_with(stage, operation, leaf)
        before = copy.deepcopy(request)
        take(before, leaf)
        try:
            expected = ran(stage, operation, before)
        except BatchError:
            continue
        assert (ran(stage, operation, request) == expected) is (answer(operation, leaf) == "recorded"), leaf


def test_a_node_override_must_name_its_consumable_resource(stage: Stage) -> None:
    needs = {"consumableResourceList": [{"quantity": 1}]}
    override = {"targetNodes": "0:", "consumableResourcePropertiesOverride": needs}
    with pytest.raises(BatchError):
        stage.batch.submit(jobDefinition="nodes-old", nodeOverrides={"nodePropertyOverrides": [override]})


def test_responses_have_every_member_but_those_that_are_never_filled(stage: Stage) -> None:
    filled = defaultdict(set)
    handle = stage.batch.engine.handle

    def recorded(operation: str, request: Json) -> Json:
        response = handle(operation, request)
        filled[operation] |= {leaf for leaf in response_leaves(operation) if values_at(response, leaf)}
        return response

    stage.batch.engine.handle = recorded  # type: ignore[method-assign]
    use_everything(stage)

    never = {
        operation: {leaf for leaf in response_leaves(operation) for name in entry.unfilled if covers(name, leaf)}
        for operation, entry in described().items()
    }
    empty = {operation: response_leaves(operation) - filled[operation] for operation in described()}
    assert [f"{each}.{leaf}" for each in empty for leaf in sorted(empty[each] ^ never[each])] == []


def use_everything(stage: Stage) -> None:
    """Make a request with each member there is and describe what it made; then look at jobs that run and fail."""
    batch = stage.batch
    for operation in described():
        for leaf in request_leaves(operation):
            if answer(operation, leaf) == "refused":
                continue
            request = request_with(stage, operation, leaf)
            response = batch(operation, **request)
            check_shown(stage, operation, leaf, request, response)
            if operation == "RegisterJobDefinition":
                ran(stage, operation, request)
    batch.clock.run()
    use_jobs(stage)


def use_jobs(stage: Stage) -> None:
    """Describe jobs of every shape while some of them run, and after they failed."""
    batch = stage.batch
    ends = tuple(ContainerExit(name=name, exit_code=1, reason="r") for name in NAMES)
    batch.runner.plan = lambda _: Plan(exit=Exit(exit_code=1, reason="r", containers=ends))
    jobs = [
        batch.submit(jobDefinition="several"),
        batch.submit(jobDefinition="pod", jobQueue="eks"),
        batch.submit(arrayProperties={"size": 2}),
        batch.submit(jobDefinition="nodes-old"),
    ]
    parts = [f"{jobs[2]}:0", f"{jobs[3]}#0"]
    needs = {"consumableResourceList": [{"consumableResource": "license", "quantity": 1}]}
    shared = {"jobQueue": "fair", "shareIdentifier": "team", "schedulingPriorityOverride": 1}
    batch("UpdateComputeEnvironment", computeEnvironment="environment", computeResources={"maxvCpus": 8})
    jobs += [batch.submit(**shared, consumableResourcePropertiesOverride=needs) for _ in range(40)]
    batch("GetJobQueueSnapshot", jobQueue="quota")
    batch("ListQuotaShares", jobQueue="quota", maxResults=1)
    for step in (2, 1_000):
        batch.clock.advance(step)
        batch("GetJobQueueSnapshot", jobQueue="fair")
        batch("DescribeJobs", jobs=[*jobs[:20], *parts])
        for most in (1, 100):
            batch("ListJobsByConsumableResource", consumableResource="license", maxResults=most)
        for status in ("RUNNING", "FAILED"):
            batch("ListJobs", jobQueue="fair", jobStatus=status)
            batch("ListJobs", jobQueue="queue", jobStatus=status)
            batch("ListJobs", arrayJobId=jobs[2], jobStatus=status, maxResults=1)
            batch("ListJobs", multiNodeJobId=jobs[3], jobStatus=status)


def request_with(stage: Stage, operation: str, leaf: str) -> Json:
    """A valid request that has the member."""
    shape = service_model().operation_model(operation).input_shape
    request = copy.deepcopy(stage.request(operation, leaf))
    for needed in shape.required_members if shape else ():
        if needed not in request and needed != leaf.partition(".")[0]:
            put(request, shape, needed, stage.value(operation, needed))
    try:
        at(request, leaf)
    except KeyError:
        put(request, shape, leaf, page_token(request, 0) if leaf == "nextToken" else stage.value(operation, leaf))
    return request


def check_shown(stage: Stage, operation: str, leaf: str, request: Json, response: Json) -> None:
    """Check that what was taken is described, where the API describes it."""
    kind = operation.removeprefix("Create").removeprefix("Update").removeprefix("Register").removeprefix("Submit")
    if kind == operation or kind not in DESCRIBED or (operation, leaf) in SHOWN_OTHERWISE:
        return
    describe, member, ident = DESCRIBED[kind]
    first, _, rest = leaf.partition(".")
    shown = f"{SHOWN_AS.get(first, first)}{'.' if rest else ''}{rest}" if kind == "Job" else leaf
    prefix = "schedulingPolicies" if kind == "SchedulingPolicy" else member
    path = shown if kind in ("QuotaShare", "ConsumableResource") else f"{prefix}.{shown}"
    if path not in response_leaves(describe):
        return
    found = response.get(ident) or request[ident]
    one = member in (ident, "consumableResource")
    assert at(request, leaf) in values_at(stage.batch(describe, **{member: found if one else [found]}), path), leaf


def ran(stage: Stage, operation: str, request: Json) -> list[Any]:
    """What the runner was given for a job of a definition, or of a submission."""
    batch = stage.batch
    known = len(batch.runner.attempts)
    if operation == "RegisterJobDefinition":
        arn = batch(operation, **request)["jobDefinitionArn"]
        platforms = request.get("platformCapabilities", ["EKS" if "podProperties" in str(request) else "EC2"])
        job = batch.submit(jobDefinition=arn, jobQueue=QUEUES[platforms[0]])
    else:
        job = batch(operation, **request)["jobId"]
    batch.clock.run()
    batch("DescribeJobs", jobs=[job])
    return [run_part(attempt) for attempt in batch.runner.attempts[known:]]


def run_part(value: Any) -> Any:  # noqa: ANN401
    """What of an attempt makes a difference to what runs."""
    if is_dataclass(value) or isinstance(value, Attempt):
        known = value._fields if isinstance(value, Attempt) else [field.name for field in fields(value)]
        return {name: run_part(getattr(value, name)) for name in known if name not in NOT_RUN}
    return [run_part(item) for item in value] if isinstance(value, list | tuple) else value
