"""What a step's submission refuses: wrong kinds, options that would do nothing, and what no queue has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from support.fake_queues import plain_job, plain_queue
from support.job_shapes import multi_container_job, multi_node_job, pod_queue
from support.problems import fields, refused
from support.synthesis import new_stack

from batchwright import (
    ArrayStep,
    BatchStep,
    ContainerOverride,
    JobImage,
    NodeGroup,
    Pipeline,
    PodContainer,
    ShardedArrayStep,
    SubmitOptions,
)
from batchwright.model import Platform

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.model import ConfigurationError

WORKER = PodContainer(image=JobImage.from_registry("a/b:1"), vcpus=4, memory=cdk.Size.gibibytes(8))


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


def error_of(step: Any) -> ConfigurationError:  # noqa: ANN401
    return refused(lambda: Pipeline(new_stack(), "Run", steps=step))


def problems_of(step: Any) -> list[str]:  # noqa: ANN401
    return [field.removeprefix("Job.") for field in fields(error_of(step))]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("job_name", 5),
        ("queue", "queue"),
        ("vcpus", "2"),
        ("vcpus", True),
        ("vcpus", [1]),
        ("vcpus", float("inf")),
        ("vcpus", float("nan")),
        ("memory", 2048),
        ("memory", "$.memory"),
        ("gpus", 1.5),
        ("gpus", "1"),
        ("retries", 3),
        ("timeout", 60),
        ("timeout", cdk.Duration.millis(60_500)),
        ("scheduling_priority", "1"),
        ("scheduling_priority", True),
        ("scheduling_priority", 1.5),
        ("scheduling_priority", "$.priority"),
        ("share_identifier", 5),
        ("tags", ["a"]),
        ("overrides", None),
        ("node_group", 0),
    ],
)
def test_an_option_of_a_wrong_kind_is_named(stack: cdk.Stack, option: str, value: Any) -> None:  # noqa: ANN401
    job = plain_job(stack, Platform.EC2)
    assert problems_of(BatchStep(job, options=SubmitOptions(**{option: value}))) == [f"options.{option}"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"options": "large"}, ["options"]),
        ({"environment": ["A"]}, ["environment"]),
        ({"environment": {1: "x"}}, ["environment[1]"]),
        ({"parameters": ["a"]}, ["parameters"]),
        ({"parameters": {1: "a"}}, ["parameters"]),
        ({"result_path": 5}, ["result_path"]),
        ({"wait": "no"}, ["wait"]),
        ({"options": SubmitOptions(tags={1: "a"})}, ["options.tags[1]"]),  # type: ignore[dict-item]
        ({"options": SubmitOptions(tags={"aws:x": "a"})}, ["options.tags['aws:x']"]),
        ({"options": SubmitOptions(tags={"x": "a" * 257})}, ["options.tags['x']"]),
    ],
)
@pytest.mark.parametrize("make", [BatchStep, lambda job, **given: ArrayStep(job, size=3, **given)])
def test_an_argument_of_a_wrong_kind_is_named(
    stack: cdk.Stack, make: Callable[..., Any], given: dict[str, Any], expected: list[str]
) -> None:
    assert problems_of(make(plain_job(stack, Platform.EC2), **given)) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"environment": ["A"]}, ["environment"]), ({"offset_variable": 5}, ["offset_variable"])],
)
def test_a_sharded_array_names_a_wrong_kind(stack: cdk.Stack, given: dict[str, Any], expected: list[str]) -> None:
    assert problems_of(ShardedArrayStep(plain_job(stack, Platform.EC2), size=3, **given)) == expected


def test_a_name_that_is_no_text(stack: cdk.Stack) -> None:
    number: Any = 5
    assert problems_of(BatchStep(plain_job(stack, Platform.EC2), name=number)) == ["name"]


def test_all_at_once(stack: cdk.Stack) -> None:
    options: dict[str, Any] = {"queue": "q", "timeout": 1, "tags": 1, "job_name": 1, "vcpus": "1", "retries": 1}
    found = problems_of(BatchStep(plain_job(stack, Platform.EC2), parameters=1, options=SubmitOptions(**options)))  # type: ignore[arg-type]
    assert sorted(found) == sorted(["parameters", *(f"options.{name}" for name in options)])


def test_a_parameter_that_no_command_takes(stack: cdk.Stack) -> None:
    """A misspelt name would leave the default in place, and say nothing."""
    job = plain_job(stack, Platform.EC2, command=["Ref::seed"], parameters={"seed": "1"})
    error = error_of(BatchStep(job, parameters={"sead": "2"}))
    assert fields(error) == ["Job.parameters['sead']"]
    assert "seed" in str(error)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (SubmitOptions(node_group=0), "options.node_group"),
        (SubmitOptions(container="main"), "options.container"),
        (SubmitOptions(overrides=[ContainerOverride()]), "options.overrides[0]"),
        (SubmitOptions(overrides=[ContainerOverride(node_group=0)]), "options.overrides[0].node_group"),
    ],
)
def test_an_override_that_changes_nothing(stack: cdk.Stack, options: SubmitOptions, field: str) -> None:
    assert problems_of(BatchStep(multi_node_job(stack), options=options)) == [field]


@pytest.mark.parametrize(
    ("platform", "options", "expected"),
    [
        (Platform.EC2, {"vcpus": 0.5}, ["options.vcpus"]),
        (Platform.EC2, {"vcpus": 500}, ["options.vcpus"]),
        (Platform.EC2, {"memory": cdk.Size.mebibytes(1)}, ["options.memory"]),
        # The definition's 2 GiB stay.
        (Platform.FARGATE, {"vcpus": 4}, ["options.memory"]),
        (Platform.FARGATE, {"vcpus": 3, "memory": cdk.Size.gibibytes(8)}, ["options.vcpus"]),
        (Platform.FARGATE, {"gpus": 1}, ["options.gpus"]),
    ],
)
def test_a_size_that_the_platform_does_not_have(
    stack: cdk.Stack, platform: Platform, options: dict[str, Any], expected: list[str]
) -> None:
    assert problems_of(BatchStep(plain_job(stack, platform), options=SubmitOptions(**options))) == expected


@pytest.mark.parametrize(
    ("platform", "options"),
    [
        (Platform.FARGATE, {"vcpus": 4, "memory": cdk.Size.gibibytes(8)}),
        (Platform.FARGATE, {"vcpus": "$.vcpus"}),
        (Platform.MANAGED_INSTANCES, {"vcpus": 0.5}),
        (Platform.EC2, {"vcpus": 200}),
    ],
)
def test_a_size_that_it_has(stack: cdk.Stack, platform: Platform, options: dict[str, Any]) -> None:
    assert Pipeline(stack, "Run", steps=BatchStep(plain_job(stack, platform), options=SubmitOptions(**options)))


def test_no_text_of_a_submitted_command_is_empty(stack: cdk.Stack) -> None:
    assert problems_of(BatchStep(plain_job(stack, Platform.EC2), command=["python", ""])) == ["command[1]"]
    options = SubmitOptions(overrides=[ContainerOverride(container="agent", command=[""])])
    several = BatchStep(multi_container_job(new_stack()), options=options)
    assert problems_of(several) == ["options.overrides[0].command[0]"]


def test_what_ecs_is_told_of_a_task_has_a_limit(stack: cdk.Stack) -> None:
    job = plain_job(stack, Platform.EC2)
    long = BatchStep(job, environment={"DATA": "x" * 8_192}, command=["python"])
    problem = refused(lambda: Pipeline(new_stack(), "Run", steps=long)).problems[0]
    assert problem.field == "Job.command and environment"
    assert "8,192 characters" in problem.allowed
    open_texts = {"DATA": "x" * 8_000, "STATE": f"$.{'x' * 300}", "TOKEN": stack.account * 20}
    Pipeline(stack, "Run", steps=BatchStep(job, environment=open_texts))


def test_one_of_several_containers_must_fit_at_least(stack: cdk.Stack) -> None:
    job = multi_container_job(stack)
    overrides = [ContainerOverride(container="agent", vcpus=500), ContainerOverride(container="model", vcpus=100)]
    assert problems_of(BatchStep(job, options=SubmitOptions(overrides=overrides))) == ["options.overrides[0].vcpus"]


def test_nodes_that_no_environment_grows_to(stack: cdk.Stack) -> None:
    job = multi_node_job(stack, groups=[NodeGroup(nodes=2, runs=multi_node_job(stack, "Other").groups[0].runs)])
    error = error_of(BatchStep(job, options=SubmitOptions(nodes=300)))
    assert fields(error) == ["Job.options.nodes"]
    assert "300 nodes, 300 vCPUs in all" in str(error)


def test_vcpus_of_a_node_are_whole(stack: cdk.Stack) -> None:
    assert problems_of(BatchStep(multi_node_job(stack), options=SubmitOptions(vcpus=1.5))) == ["options.vcpus"]


def test_vcpus_of_a_pod_are_quarters(stack: cdk.Stack) -> None:
    job = multi_node_job(stack, groups=[NodeGroup(nodes=2, runs=WORKER)], queue=pod_queue())
    assert problems_of(BatchStep(job, options=SubmitOptions(vcpus=1.3))) == ["options.vcpus"]


@pytest.mark.parametrize("kind", ["SPOT", "UNMANAGED"])
def test_nodes_need_on_demand_hosts_elsewhere_too(stack: cdk.Stack, kind: str) -> None:
    elsewhere = SubmitOptions(queue=plain_queue(Platform.EC2, kind=kind))
    assert problems_of(BatchStep(multi_node_job(stack), options=elsewhere)) == ["options.queue"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("comment", 5),
        ("timeout", 60),
        ("role", "role"),
        ("log_group", "/group"),
        ("log_retention", 30),
        ("log_level", "ALL"),
        ("log_execution_data", "no"),
        ("tracing", None),
    ],
)
def test_a_pipeline_names_a_wrong_kind(stack: cdk.Stack, option: str, value: Any) -> None:  # noqa: ANN401
    step = BatchStep(plain_job(stack, Platform.EC2))
    assert fields(refused(lambda: Pipeline(stack, "Run", steps=step, **{option: value}))) == [option]
