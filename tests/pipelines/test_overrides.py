"""What a step changes of jobs of every shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.pipelines import FakeJob, FakeQueue
from support.synthesis import new_stack

from batchwright.model import ConfigurationError
from batchwright.model.job_shapes import ContainerPart, NodeRange, NodesShape, TaskForm, TaskShape
from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.container_override import ContainerOverride
from batchwright.pipelines.pipeline import Pipeline
from batchwright.pipelines.sharded_array_step import ShardedArrayStep
from batchwright.pipelines.submit_options import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.pipelines import Render

    from batchwright.model.job_shapes import JobShape
    from batchwright.pipelines.step import Step

ONE = TaskShape(TaskForm.CONTAINER, (ContainerPart("main"),))
ALONE = TaskShape(TaskForm.ECS, (ContainerPart("main"),))
PAIR = TaskShape(TaskForm.ECS, (ContainerPart("model"), ContainerPart("agent", ("--seed", "Ref::seed"))))
POD = TaskShape(TaskForm.EKS, (ContainerPart("main"),), (ContainerPart("fetch", ("get",), ("Ref::key",)),))
NODES = NodesShape((NodeRange(0, "0:0", ONE), NodeRange(1, "1:", PAIR)), 0)
EQUAL = NodesShape((NodeRange(0, "0:3", ONE), NodeRange(4, "4:", ONE)), 1)
NAMES = ("ContainerOverrides", "EcsPropertiesOverride", "EksPropertiesOverride", "NodeOverrides")


@pytest.fixture
def of_shape(stack: cdk.Stack) -> Callable[[JobShape], FakeJob]:
    return lambda shape: FakeJob(stack, "Embed", shape=shape)


def overrides_of(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: parameters[name] for name in NAMES if name in parameters}


def problems_of(step: Step) -> dict[str, str]:
    with pytest.raises(ConfigurationError) as error:
        Pipeline(new_stack(), "Run", steps=step)
    return {problem.field: str(problem) for problem in error.value.problems}


def rendered(machine: Render, job: FakeJob, **given: Any) -> dict[str, Any]:  # noqa: ANN401
    return overrides_of(machine(BatchStep(job, **given))["States"]["Embed"]["Parameters"])


@pytest.mark.parametrize("shape", [ONE, ALONE, PAIR, POD, NODES])
def test_nothing_changed_renders_nothing(of_shape: Callable[..., FakeJob], machine: Render, shape: JobShape) -> None:
    job = of_shape(shape)
    job.parameters = {"seed": "1", "key": "k"}
    assert rendered(machine, job) == {}


def test_a_task_of_one_needs_no_name(of_shape: Callable[..., FakeJob], machine: Render) -> None:
    options = SubmitOptions(vcpus="$.vcpus", memory=cdk.Size.gibibytes(2))
    assert rendered(machine, of_shape(ALONE), command=["run", "$.key"], environment={"A": "1"}, options=options) == {
        "EcsPropertiesOverride": {
            "TaskProperties": [
                {
                    "Containers": [
                        {
                            "Name": "main",
                            "Environment": [{"Name": "A", "Value": "1"}],
                            "Command.$": "States.Array('run', States.Format('{}', $.key))",
                            "ResourceRequirements": [
                                {"Type": "VCPU", "Value.$": "States.Format('{}', $.vcpus)"},
                                {"Type": "MEMORY", "Value": "2048"},
                            ],
                        }
                    ]
                }
            ]
        }
    }


def test_several_containers_are_changed_by_their_names(of_shape: Callable[..., FakeJob], machine: Render) -> None:
    more = [ContainerOverride(container="model", environment={"SEED": "$.seed"}, gpus=1)]
    options = SubmitOptions(container="agent", overrides=more)
    assert rendered(machine, of_shape(PAIR), command=["walk"], options=options) == {
        "EcsPropertiesOverride": {
            "TaskProperties": [
                {
                    "Containers": [
                        {"Name": "agent", "Command": ["walk"]},
                        {
                            "Name": "model",
                            "Environment": [{"Name": "SEED", "Value.$": "States.Format('{}', $.seed)"}],
                            "ResourceRequirements": [{"Type": "GPU", "Value": "1"}],
                        },
                    ]
                }
            ]
        }
    }


def test_a_pod_has_kubernetes_names(of_shape: Callable[..., FakeJob], machine: Render) -> None:
    options = SubmitOptions(
        vcpus="$.vcpus",
        memory=cdk.Size.gibibytes(1),
        gpus=2,
        args=["--all"],
        overrides=[ContainerOverride(container="fetch", args=["$.key"])],
    )
    assert rendered(machine, of_shape(POD), environment={"A": "1"}, command=["run"], options=options) == {
        "EksPropertiesOverride": {
            "PodProperties": {
                "InitContainers": [{"Name": "fetch", "Args.$": "States.Array(States.Format('{}', $.key))"}],
                "Containers": [
                    {
                        "Name": "main",
                        "Env": [{"Name": "A", "Value": "1"}],
                        "Command": ["run"],
                        "Args": ["--all"],
                        "Resources": {
                            "Limits": {"memory": "1024Mi", "nvidia.com/gpu": "2"},
                            "Requests": {
                                "cpu.$": "States.Format('{}', $.vcpus)",
                                "memory": "1024Mi",
                                "nvidia.com/gpu": "2",
                            },
                        },
                    }
                ],
            }
        }
    }


def test_all_groups_of_nodes_get_the_same_unless_one_is_meant(
    of_shape: Callable[..., FakeJob], machine: Render
) -> None:
    same = {"ContainerOverrides": {"Environment": [{"Name": "A", "Value": "1"}]}}
    both = [{"TargetNodes": "0:3", **same}, {"TargetNodes": "4:", **same}]
    assert rendered(machine, of_shape(EQUAL), environment={"A": "1"}, options=SubmitOptions(nodes="$.nodes")) == {
        "NodeOverrides": {"NumNodes.$": "$.nodes", "NodePropertyOverrides": both}
    }


def test_one_group_of_nodes(of_shape: Callable[..., FakeJob], machine: Render) -> None:
    options = SubmitOptions(node_group=1, nodes=5)
    assert rendered(machine, of_shape(EQUAL), command=["x"], options=options) == {
        "NodeOverrides": {
            "NumNodes": 5,
            "NodePropertyOverrides": [{"TargetNodes": "4:", "ContainerOverrides": {"Command": ["x"]}}],
        }
    }


def test_a_container_of_one_group(of_shape: Callable[..., FakeJob], machine: Render) -> None:
    job = of_shape(NODES)
    job.parameters = {"seed": "1"}
    found = rendered(machine, job, command=["x"], options=SubmitOptions(container="agent"))
    assert [each["TargetNodes"] for each in found["NodeOverrides"]["NodePropertyOverrides"]] == ["1:"]


@pytest.mark.parametrize(
    ("shape", "given", "field", "says"),
    [
        (PAIR, {"command": ["x"]}, "options.container", "Name one of them: model, agent."),
        (PAIR, {"command": ["x"], "options": SubmitOptions(container="modle")}, "options.container", "model, agent"),
        (ONE, {"options": SubmitOptions(args=["x"])}, "options.args", "nothing but on EKS"),
        (ONE, {"options": SubmitOptions(nodes=3)}, "options.nodes", "nothing for a job on one host"),
        (ONE, {"command": ["x"], "options": SubmitOptions(node_group=0)}, "options.node_group", "one host"),
        (ONE, {"options": SubmitOptions(container="main")}, "options.container", "something is changed"),
        (EQUAL, {"options": SubmitOptions(nodes=4)}, "options.nodes", "from 5"),
        (EQUAL, {"options": SubmitOptions(nodes=5.5)}, "options.nodes", "a whole number"),  # type: ignore[arg-type]
        (EQUAL, {"options": SubmitOptions(nodes="$.[")}, "options.nodes", "JSONPath"),
        (EQUAL, {"command": ["x"], "options": SubmitOptions(node_group=2)}, "options.node_group", "0 to 1"),
        (NODES, {"command": ["x"]}, "options.container", "as the job has several"),
        (NODES, {"command": ["x"], "options": SubmitOptions(container="b")}, "options.container", "agent, main, model"),
        (
            PAIR,
            {"options": SubmitOptions(overrides=[ContainerOverride(container="agent", vcpus=0)])},
            "options.overrides[0].vcpus",
            "0.25 or more",
        ),
        (PAIR, {"options": SubmitOptions(overrides=["agent"])}, "options.overrides[0]", "ContainerOverride"),  # type: ignore[list-item]
        (ONE, {"environment": ["A=1"]}, "environment", "a mapping"),
        (ONE, {"options": SubmitOptions(memory=4096)}, "options.memory", "a Size"),  # type: ignore[arg-type]
    ],
)
def test_refused_by_name(stack: cdk.Stack, shape: JobShape, given: dict[str, Any], field: str, says: str) -> None:
    job = FakeJob(stack, "Embed", shape=shape)
    job.parameters = {"seed": "1"}
    found = problems_of(BatchStep(job, **given))
    assert list(found) == [f"Embed.{field}"]
    assert says in found[f"Embed.{field}"]


def test_pods_may_get_empty_texts_and_long_ones(of_shape: Callable[..., FakeJob], machine: Render) -> None:
    long = {"DATA": "x" * 9_000}
    step = BatchStep(of_shape(POD), environment=long, command=["python", ""], parameters={"key": "a"})
    assert machine(step)


def test_a_container_is_changed_once(of_shape: Callable[..., FakeJob]) -> None:
    options = SubmitOptions(container="model", overrides=[ContainerOverride(container="model", vcpus=1)])
    job = of_shape(PAIR)
    job.parameters = {"seed": "1"}
    assert list(problems_of(BatchStep(job, command=["x"], options=options))) == ["Embed.options.overrides[0].container"]


def test_a_command_in_its_place_needs_no_values_for_what_it_replaces(
    of_shape: Callable[..., FakeJob], machine: Render
) -> None:
    job = of_shape(PAIR)
    assert list(problems_of(BatchStep(job, command=["x"], options=SubmitOptions(container="model")))) == [
        "Embed.parameters"
    ]
    assert rendered(machine, job, command=["x"], options=SubmitOptions(container="agent"))


def test_arguments_of_a_pod_stay_when_its_command_is_replaced(of_shape: Callable[..., FakeJob]) -> None:
    options = SubmitOptions(container="fetch")
    assert list(problems_of(BatchStep(of_shape(POD), command=["x"], options=options))) == ["Embed.parameters"]


@pytest.mark.parametrize("kind", [ArrayStep, ShardedArrayStep])
def test_no_array_of_multi_node_jobs(of_shape: Callable[..., FakeJob], kind: type[ArrayStep]) -> None:
    step = kind(of_shape(EQUAL), size=2)
    assert "Embed.job" in problems_of(step)


def test_a_fair_share_queue_wants_a_share(stack: cdk.Stack, machine: Render) -> None:
    job = FakeJob(stack, "Embed", queue=FakeQueue(fair_share=True))
    assert list(problems_of(BatchStep(job))) == ["Embed.options.share_identifier"]
    assert list(problems_of(BatchStep(job, options=SubmitOptions(share_identifier="a-b")))) == [
        "Embed.options.share_identifier"
    ]
    assert machine(BatchStep(job, options=SubmitOptions(share_identifier="$.share")))
    options = SubmitOptions(queue=FakeQueue(), share_identifier="teamA")
    assert list(problems_of(BatchStep(job, options=options))) == ["Embed.options.share_identifier"]


CHANGES = st.builds(
    ContainerOverride,
    container=st.sampled_from([None, "main", "model", "agent", "fetch"]),
    node_group=st.sampled_from([None, None, 0, 1]),
    environment=st.dictionaries(st.sampled_from("AB"), st.sampled_from(["1", "$.x"]), max_size=2),
    command=st.lists(st.sampled_from(["run", "$.x", "it's"]), max_size=2),
    args=st.lists(st.sampled_from(["run"]), max_size=1),
    vcpus=st.sampled_from([None, 1, "$.vcpus"]),
    memory=st.sampled_from([None, cdk.Size.gibibytes(1)]),
    gpus=st.sampled_from([None, 1]),
)


@given(
    st.sampled_from([ONE, ALONE, PAIR, POD, NODES, EQUAL]), st.lists(CHANGES, max_size=3), st.sampled_from([None, 6])
)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_accepted_changes_are_arguments_of_the_api(
    shape: JobShape, changes: list[ContainerOverride], nodes: int | None
) -> None:
    job = FakeJob(new_stack(), "Embed", shape=shape)
    job.parameters = {"seed": "1", "key": "2"}
    step = BatchStep(job, options=SubmitOptions(overrides=changes, nodes=nodes))
    if [*step.own_problems()]:
        return
    found = overrides_of(step._submission.arguments())
    assert len(found) == (any(each.changes for each in changes) or nodes is not None)
    assert not api_problems("SubmitJob", _plain(found), jobName="j", jobQueue="q", jobDefinition="d")


def _plain(value: Any) -> Any:  # noqa: ANN401
    """What Step Functions makes of it: paths looked up."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    looked_up = {"Command.$": ["x"], "Args.$": ["x"], "NumNodes.$": 1}
    return {key.removesuffix(".$"): looked_up.get(key, _plain(each)) for key, each in value.items()}
