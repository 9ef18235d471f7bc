from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.interpreter import ExecutionFailedError
from support.problems import fields, refused

from batchwright.model.sharding import shards
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.permissions import Site
from batchwright.pipelines.pipeline import Pipeline
from batchwright.pipelines.sharded_array_step import ShardedArrayStep
from batchwright.pipelines.step import scope
from batchwright.pipelines.tree import unreachable_problems

if TYPE_CHECKING:
    from support.interpreter import Interpreter
    from support.pipelines import FakeJob, NewJob, Render


def submitted(interpreter: Interpreter) -> list[tuple[int, int]]:
    """Offset and size of every array, in the order of the offsets; a single job has the size 1."""
    found = []
    for number, arguments in enumerate(interpreter.submitted):
        size = arguments.get("ArrayProperties", {"Size": 1})["Size"]
        found.append((int(interpreter.environment(number)["ARRAY_OFFSET"]), size))
    return sorted(found)


def expected(size: int) -> list[tuple[int, int]]:
    return [(each.offset, each.size) for each in shards(size)]


@pytest.mark.parametrize("size", [1, 2, 10_000, 10_001, 25_000, 1_000_000])
def test_a_size_that_is_known_now(job: FakeJob, machine: Render, interpreter: Interpreter, size: int) -> None:
    interpreter.run(machine(ShardedArrayStep(job, size=size)), {})
    assert submitted(interpreter) == expected(size)


@pytest.mark.parametrize("size", [1, 2, 9_999, 10_000, 10_001, 20_001, 99_999])
def test_a_size_of_the_state(job: FakeJob, machine: Render, interpreter: Interpreter, size: int) -> None:
    interpreter.run(machine(ShardedArrayStep(job, size="$.run.sizes[1]")), {"run": {"sizes": [0, size]}})
    assert submitted(interpreter) == expected(size)


@given(size=st.integers(1, 1_000_000))
@settings(max_examples=50, deadline=None)
def test_jsonata_divides_as_python_does(size: int) -> None:
    jsonata = pytest.importorskip("jsonata")
    step = ShardedArrayStep.__new__(ShardedArrayStep)
    step.name, step._size = "Embed", "$.size"
    expression = step._divide("$.size")["Output"].removeprefix("{%").removesuffix("%}").strip()
    frame = jsonata.Jsonata.jsonata(expression)
    frame.assign("states", {"input": {"size": size}})
    found = frame.evaluate(None)
    assert found["state"] == {"size": size}
    assert [(each["Offset"], each["Size"]) for each in found["shards"]] == expected(size)


def test_what_comes_before_and_after_keeps_the_state(
    job: FakeJob, new_job: NewJob, machine: Render, interpreter: Interpreter
) -> None:
    job.command = ("--first=Ref::first",)
    steps = (
        Pass("Before", values={"key": "in/a.json", "n": 10_001})
        >> ShardedArrayStep(job, size="$.n", environment={"KEY": "$.key"}, parameters={"first": "$.Embed.Offset"})
        >> BatchStep(new_job("After"))
    )
    output = interpreter.run(machine(steps), {"given": 1})
    assert output.keys() >= {"key", "n", "Embed", "After"}
    assert [each.keys() for each in output["Embed"]] == [{"JobId", "JobName", "Status"}] * 2
    arrays = interpreter.submitted[:2]
    assert {each["Parameters"]["first"] for each in arrays} == {"0", "5000"}
    assert all(interpreter.environment(number)["KEY"] == "in/a.json" for number in range(2))


def test_a_place_of_its_own_for_the_result(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    step = ShardedArrayStep(job, size=20_000, result_path="$.run.embedded", offset_variable="FIRST")
    output = interpreter.run(machine(step), {"run": {"id": "monday"}})
    assert output["run"]["id"] == "monday"
    assert len(output["run"]["embedded"]) == 2
    assert {interpreter.environment(number)["FIRST"] for number in range(2)} == {"0", "10000"}


@pytest.mark.parametrize("size", [0, -1, 1_000_001, "many", [1]])
def test_a_size_of_the_state_that_is_none(job: FakeJob, machine: Render, interpreter: Interpreter, size: Any) -> None:  # noqa: ANN401
    with pytest.raises(ExecutionFailedError) as caught:
        interpreter.run(machine(ShardedArrayStep(job, size="$.size")), {"size": size})
    assert caught.value.error == "Batchwright.ArraySize"
    assert json.dumps(size) in caught.value.cause
    assert not interpreter.submitted


def test_a_size_that_is_missing(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    with pytest.raises(ExecutionFailedError, match="Embed: there is no"):
        interpreter.run(machine(ShardedArrayStep(job, size="$.size")), {})


def test_an_array_that_fails_fails_the_step_and_is_caught(
    job: FakeJob, machine: Render, interpreter: Interpreter
) -> None:
    interpreter.fail_job("Embed")
    step = ShardedArrayStep(job, size=10_001).catch(Pass("Note", values={"failed": True}, result_path="$.note"))
    output = interpreter.run(machine(step), {"key": 1})
    assert output["note"] == {"failed": True}
    assert output["error"]["Error"] == "States.TaskFailed"
    assert output["key"] == 1


def test_few_arrays_at_once(job: FakeJob, machine: Render) -> None:
    states = machine(ShardedArrayStep(job, size=50_000, max_arrays=2))["States"]
    assert states["Embed"]["MaxConcurrency"] == 2


@pytest.mark.parametrize("size", [1, 2, 30_000, "$.size", "$$.Execution.Input['my size'].n"])
def test_all_states_are_named_and_reached(job: FakeJob, size: int | str) -> None:
    step = ShardedArrayStep(job, size=size)
    rendered = scope(step, Site("aws", "eu-west-1", "111122223333"))
    inner = rendered["States"]["Embed"]["ItemProcessor"]
    assert not unreachable_problems(rendered)
    assert not unreachable_problems(inner)
    assert sorted([*rendered["States"], *inner["States"]]) == sorted(step.own_state_names)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"size": 0}, "Embed.size"),
        ({"size": 1_000_001}, "Embed.size"),
        ({"size": True}, "Embed.size"),
        ({"size": 2.5}, "Embed.size"),
        ({"size": None}, "Embed.size"),
        ({"size": "$..size"}, "Embed.size"),
        ({"max_arrays": 0}, "Embed.max_arrays"),
        ({"max_arrays": 41}, "Embed.max_arrays"),
        ({"max_arrays": "2"}, "Embed.max_arrays"),
        ({"result_path": "$"}, "Embed.result_path"),
        ({"result_path": "embed"}, "Embed.result_path"),
        ({"offset_variable": "AWS_BATCH_OFFSET"}, "Embed.offset_variable"),
        ({"offset_variable": ""}, "Embed.offset_variable"),
        ({"environment": {"ARRAY_OFFSET": "0"}}, "Embed.offset_variable"),
    ],
)
def test_bad_input(stack: cdk.Stack, job: FakeJob, options: dict[str, Any], field: str) -> None:
    step = ShardedArrayStep(job, **{"size": 20_000, **options})
    assert field in fields(refused(lambda: Pipeline(stack, "Run", steps=step)))


def test_a_size_that_is_known_only_at_deployment(stack: cdk.Stack, job: FakeJob) -> None:
    size: Any = cdk.CfnParameter(stack, "Size", type="Number").value_as_number
    step = ShardedArrayStep(job, size=size)
    assert fields(refused(lambda: Pipeline(stack, "Run", steps=step))) == ["Embed.size"]
