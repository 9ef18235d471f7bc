"""What pipelines do when they run: each definition is executed by an interpreter of Amazon States Language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

import pytest
from support.interpreter import ExecutionFailedError

from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.choice import Choice
from batchwright.pipelines.conditions import When
from batchwright.pipelines.fail import Fail
from batchwright.pipelines.lambda_step import LambdaStep
from batchwright.pipelines.parallel import Parallel
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.succeed import Succeed

if TYPE_CHECKING:
    from support.interpreter import Interpreter
    from support.pipelines import FakeJob, NewFunction, NewJob, Render

    from batchwright.pipelines.conditions import Condition


def test_a_job_gets_literals_and_values_of_the_state(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    step = BatchStep(job, environment={"URI": "$.uri", "COUNT": "$.count", "PRICE": "5$", "RUN": "$$.Execution.Name"})
    out = interpreter.run(machine(step), {"uri": "s3://b/k", "count": 3})
    assert interpreter.environment() == {"URI": "s3://b/k", "COUNT": "3", "PRICE": "5$", "RUN": "run-1"}
    assert out == {
        "uri": "s3://b/k",
        "count": 3,
        "Embed": {"JobId": "id-1", "JobName": "Embed", "Status": "SUCCEEDED"},
    }


def test_without_waiting_only_the_id_comes_back(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    out = interpreter.run(machine(BatchStep(job, wait=False)), {})
    assert out == {"Embed": {"JobId": "id-1", "JobName": "Embed"}}
    assert interpreter.resources == ["arn:aws:states:::batch:submitJob"]


def test_command_and_parameters_mix_literals_and_paths(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    command = ("--text", "it's {here}", "$.key", "C:\\x", "Ref::a", "Ref::b")
    interpreter.run(machine(BatchStep(job, command=command, parameters={"a": "1", "b": "$.key"})), {"key": 7})
    assert interpreter.submitted[0]["ContainerOverrides"]["Command"] == [
        "--text",
        "it's {here}",
        "7",
        "C:\\x",
        "Ref::a",
        "Ref::b",
    ]
    assert interpreter.submitted[0]["Parameters"] == {"a": "1", "b": "7"}


@pytest.mark.parametrize("size", [2, 3, 10_000])
def test_a_size_from_the_state_makes_an_array(
    job: FakeJob, machine: Render, interpreter: Interpreter, size: object
) -> None:
    out = interpreter.run(machine(ArrayStep(job, size="$.size", environment={"M": "$.m"})), {"size": size, "m": "x"})
    assert interpreter.submitted[0]["ArrayProperties"] == {"Size": size}
    assert interpreter.environment() == {"M": "x"}
    assert out["Embed"]["Status"] == "SUCCEEDED"


def test_a_size_of_one_is_a_single_job_with_the_same_overrides(
    job: FakeJob, machine: Render, interpreter: Interpreter
) -> None:
    rendered = machine(ArrayStep(job, size="$.size", environment={"M": "$.m"}))
    single = interpreter.run(rendered, {"size": 1, "m": "x"})
    array = interpreter.run(rendered, {"size": 2, "m": "x"})
    assert "ArrayProperties" not in interpreter.submitted[0]
    assert interpreter.submitted[1].pop("ArrayProperties") == {"Size": 2}
    assert interpreter.submitted[0] == interpreter.submitted[1]
    assert single["Embed"].keys() == array["Embed"].keys()


@pytest.mark.parametrize(("size", "shown"), [(0, "0"), (-1, "-1"), (10_001, "10001"), ("7", '"7"'), ([1], "[1]")])
def test_a_size_out_of_range_fails_with_its_value(
    job: FakeJob, machine: Render, interpreter: Interpreter, size: object, shown: str
) -> None:
    with pytest.raises(ExecutionFailedError) as failure:
        interpreter.run(machine(ArrayStep(job, size="$.size")), {"size": size})
    assert failure.value.error == "Batchwright.ArraySize"
    assert failure.value.cause == f"Embed: $.size is {shown}; an array has 1 to 10000 jobs"
    assert interpreter.submitted == []


def test_a_missing_size_fails_clearly(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    with pytest.raises(ExecutionFailedError, match=r"no \$.size in the state"):
        interpreter.run(machine(ArrayStep(job, size="$.size")), {})


def test_a_function_replaces_the_state_and_the_next_step_reads_it(
    job: FakeJob, new_function: NewFunction, machine: Render, interpreter: Interpreter
) -> None:
    interpreter.on_function("Split", lambda event: {"size": len(event["paths"]), "manifest": "m.json"})
    steps = LambdaStep(new_function("Split")) >> ArrayStep(job, size="$.size", environment={"MANIFEST": "$.manifest"})
    out = interpreter.run(machine(steps), {"paths": ["a", "b"]})
    assert out["size"] == 2
    assert interpreter.environment() == {"MANIFEST": "m.json"}


def test_a_function_may_keep_the_state(new_function: NewFunction, machine: Render, interpreter: Interpreter) -> None:
    interpreter.on_function("Count", lambda event: event["n"] + 1)
    step = LambdaStep(new_function("Count"), payload={"n": "$.deep.n", "k": ["$.deep.n", 1, "x"]}, result_path="$.next")
    assert interpreter.run(machine(step), {"deep": {"n": 1}}) == {"deep": {"n": 1}, "next": 2}


def test_payloads_carry_paths_at_any_depth(
    new_function: NewFunction, machine: Render, interpreter: Interpreter
) -> None:
    interpreter.on_function("Echo", lambda event: event)
    payload = {
        "a": {"b": "$.x", "c": [{"d": "$.x"}, 1]},
        "e": ["$.x", True, None, 2.5, 1, "it's"],
        "f.$": "States.Format('{}!', $.x)",
    }
    out = interpreter.run(machine(LambdaStep(new_function("Echo"), payload=payload)), {"x": "v"})
    assert out["a"] == {"b": "v", "c": [{"d": "v"}, 1]}
    assert out["e"] == ["v", True, None, 2.5, 1, "it's"]
    assert out["f"] == "v!"


def test_branches_run_and_their_results_are_merged(new_job: NewJob, machine: Render, interpreter: Interpreter) -> None:
    both = Parallel(BatchStep(new_job("A")), BatchStep(new_job("B")) >> BatchStep(new_job("C")), name="Both")
    out = interpreter.run(machine(both >> Pass("Ids", values={"a": "$.A.JobName", "c": "$.C.JobName"})), {"x": 1})
    assert out == {"a": "A", "c": "C"}


def test_branches_may_be_kept_apart(new_job: NewJob, machine: Render, interpreter: Interpreter) -> None:
    both = Parallel(Pass("One", values={"n": 1}), Pass("Two", values={"n": 2}), name="Both", result_path="$.both")
    assert interpreter.run(machine(both), {"x": 1}) == {"x": 1, "both": [{"n": 1}, {"n": 2}]}


def test_one_branch_gives_its_state(machine: Render, interpreter: Interpreter) -> None:
    assert interpreter.run(machine(Parallel(Pass("One", values={"n": 1}), name="P")), {}) == {"n": 1}


@pytest.mark.parametrize(
    ("state", "way"), [({"n": 60}, "big"), ({"n": 5}, "small"), ({}, "small"), ({"n": "x"}, "small")]
)
def test_a_choice_takes_one_way_and_both_meet(
    machine: Render, interpreter: Interpreter, state: dict[str, object], way: str
) -> None:
    choice = (
        Choice("Large?")
        .when(When.greater_than("$.n", 50), Pass("Big", values={"way": "big"}, result_path="$"))
        .otherwise(Pass("Small", values={"way": "small"}))
    )
    after = Pass("After", values={"went": "$.way"})
    assert interpreter.run(machine(choice >> after), state) == {"went": way}


def test_a_choice_without_otherwise_goes_on(machine: Render, interpreter: Interpreter) -> None:
    choice = Choice("Extra?").when(When.equals("$.extra", True), Pass("Extra", values={"extra": "done"}))
    assert interpreter.run(
        machine(choice >> Pass("After", values={"after": 1}, result_path="$.a")), {"extra": False}
    ) == {
        "extra": False,
        "a": {"after": 1},
    }


def test_a_choice_at_the_end_without_otherwise_succeeds(machine: Render, interpreter: Interpreter) -> None:
    choice = Choice("Extra?").when(When.is_present("$.extra"), Fail("No", error="E", cause="C"))
    assert interpreter.run(machine(choice), {"x": 1}) == {"x": 1}


def test_an_early_way_out(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    steps = Choice("Any?").when(When.equals("$.n", 0), Succeed("Nothing to embed")) >> BatchStep(job)
    assert interpreter.run(machine(steps), {"n": 0}) == {"n": 0}
    assert interpreter.submitted == []


def test_a_caught_job_goes_on_after_its_handler(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    interpreter.fail_job("Embed")
    step = BatchStep(job).catch(Pass("Note", values={"why": "$.error.Cause"}, result_path="$.note"))
    out = interpreter.run(machine(step >> Pass("After", values={"why": "$.note.why"})), {"x": 1})
    assert out == {"why": "exit code 1"}


def test_catching_a_chain_covers_every_step_in_it(new_job: NewJob, machine: Render, interpreter: Interpreter) -> None:
    interpreter.fail_job("B")
    chain = (BatchStep(new_job("A")) >> BatchStep(new_job("B")) >> BatchStep(new_job("C"))).catch(
        Fail("Give up", error="$.error.Error", cause="$.error.Cause")
    )
    with pytest.raises(ExecutionFailedError) as failure:
        interpreter.run(machine(chain >> BatchStep(new_job("D"))), {})
    assert (failure.value.error, failure.value.cause) == ("States.TaskFailed", "exit code 1")
    assert [job["JobName"] for job in interpreter.submitted] == ["A", "B"]


def test_a_chain_that_is_caught_keeps_its_results_when_all_goes_well(
    new_job: NewJob, machine: Render, interpreter: Interpreter
) -> None:
    chain = (BatchStep(new_job("A")) >> BatchStep(new_job("B"))).catch(Succeed("Never"))
    assert set(interpreter.run(machine(chain >> BatchStep(new_job("C"))), {"x": 1})) == {"x", "A", "B", "C"}


def test_a_refused_size_can_be_caught(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    step = ArrayStep(job, size="$.size").catch(Pass("Skip", values={"error": "$.error.Error"}))
    assert interpreter.run(machine(step), {"size": 0}) == {"error": "Batchwright.ArraySize"}


def test_handlers_are_tried_in_their_order(
    new_function: NewFunction, machine: Render, interpreter: Interpreter
) -> None:
    def refuse(event: object) -> Never:
        raise ValueError("bad request")

    interpreter.on_function("Split", refuse)
    step = (
        LambdaStep(new_function("Split"))
        .catch(Pass("Bad input", values={"handled": "ValueError"}), errors=("ValueError",))
        .catch(Pass("Anything", values={"handled": "other"}))
    )
    assert interpreter.run(machine(step), {}) == {"handled": "ValueError"}


def test_a_throttled_submission_is_tried_again_ten_times(
    job: FakeJob, machine: Render, interpreter: Interpreter
) -> None:
    interpreter.fail_job("Embed", "Batch.AWSBatchException", "Too Many Requests")
    with pytest.raises(ExecutionFailedError, match="AWSBatchException"):
        interpreter.run(machine(BatchStep(job)), {})
    assert len(interpreter.submitted) == 11


def test_a_failed_job_is_not_tried_again(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    interpreter.fail_job("Embed")
    with pytest.raises(ExecutionFailedError, match="TaskFailed"):
        interpreter.run(machine(BatchStep(job)), {})
    assert len(interpreter.submitted) == 1


@pytest.mark.parametrize(
    ("condition", "state", "expected"),
    [
        (When.equals("$.a", "x"), {"a": "x"}, True),
        (When.equals("$.a", "x"), {"a": 1}, False),
        (When.equals("$.a", 1), {"a": 1}, True),
        (When.equals("$.a", True), {"a": True}, True),
        (When.equals("$.a", True), {"a": False}, False),
        (When.less_than("$.a", 2), {"a": 1}, True),
        (When.at_most("$.a", 2), {"a": 2}, True),
        (When.at_least("$.a", 2), {"a": 2}, True),
        (When.greater_than("$.a", 2), {"a": 2}, False),
        (When.matches("$.a", "*.json"), {"a": "x.json"}, True),
        (When.matches("$.a", "*.json"), {}, False),
        (When.is_present("$.a"), {"a": 0}, True),
        (When.is_present("$.a"), {}, False),
        (When.not_(When.equals("$.a", "x")), {}, True),
        (When.and_(When.equals("$.a", 1), When.equals("$.b", 2)), {"a": 1, "b": 2}, True),
        (When.and_(When.equals("$.a", 1), When.equals("$.b", 2)), {"a": 1}, False),
        (When.or_(When.equals("$.a", 1), When.equals("$.b", 2)), {"b": 2}, True),
        (When.asl({"Variable": "$.a", "StringEqualsPath": "$.b"}), {"a": "x", "b": "x"}, True),
    ],
)
def test_conditions(
    machine: Render, interpreter: Interpreter, condition: Condition, state: dict[str, object], expected: bool
) -> None:
    choice = Choice("?").when(condition, Pass("Yes", values={"r": True})).otherwise(Pass("No", values={"r": False}))
    assert interpreter.run(machine(choice), state) == {"r": expected}
