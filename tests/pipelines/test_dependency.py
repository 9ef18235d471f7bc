from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support.problems import fields, refused

from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.dependency import Dependency
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.pipeline import Pipeline

if TYPE_CHECKING:
    import aws_cdk as cdk
    from support.interpreter import Interpreter
    from support.pipelines import FakeJob, NewJob, Render


def test_children_wait_for_those_of_an_array_without_a_barrier(
    job: FakeJob, new_job: NewJob, machine: Render, interpreter: Interpreter
) -> None:
    first = ArrayStep(new_job("Extract"), size=3, wait=False)
    second = ArrayStep(job, size=3, depends_on=[Dependency.n_to_n(first)])
    interpreter.run(machine(first >> second), {})
    assert interpreter.submitted[1]["DependsOn"] == [{"JobId": "id-1", "Type": "N_TO_N"}]
    assert [resource.rpartition(":")[2] for resource in interpreter.resources] == ["submitJob", "submitJob.sync"]


def test_all_kinds_together(job: FakeJob, new_job: NewJob, machine: Render, interpreter: Interpreter) -> None:
    first, other = BatchStep(new_job("Fetch"), wait=False), ArrayStep(new_job("Extract"), size="$.n", wait=False)
    dependencies = [Dependency.on(first), Dependency.n_to_n(other), Dependency.sequential()]
    interpreter.run(machine(first >> other >> ArrayStep(job, size="$.n", depends_on=dependencies)), {"n": 4})
    assert interpreter.submitted[2]["DependsOn"] == [
        {"JobId": "id-1"},
        {"JobId": "id-2", "Type": "N_TO_N"},
        {"Type": "SEQUENTIAL"},
    ]


def test_an_array_of_one_is_a_single_job_and_waits_for_one(
    job: FakeJob, new_job: NewJob, machine: Render, interpreter: Interpreter
) -> None:
    first = ArrayStep(new_job("Extract"), size="$.n", wait=False)
    second = ArrayStep(job, size="$.n", depends_on=[Dependency.n_to_n(first), Dependency.sequential()])
    interpreter.run(machine(first >> second), {"n": 1})
    assert interpreter.submitted[1]["DependsOn"] == [{"JobId": "id-1"}]
    assert "ArrayProperties" not in interpreter.submitted[1]


def test_nothing_to_wait_for_is_left_out(job: FakeJob, machine: Render, interpreter: Interpreter) -> None:
    interpreter.run(machine(ArrayStep(job, size="$.n", depends_on=[Dependency.sequential()])), {"n": 1})
    assert "DependsOn" not in interpreter.submitted[0]


def test_without_waiting_nothing_is_followed(stack: cdk.Stack, job: FakeJob) -> None:
    from batchwright.pipelines.permissions import Site

    site = Site("aws", "eu-west-1", "111122223333")
    actions = {a for p in ArrayStep(job, size=2, wait=False).permissions(site) for a in p.actions}
    assert actions == {"batch:SubmitJob"}


def bad_dependencies(new_job: NewJob) -> dict[str, Any]:
    small = ArrayStep(new_job("Small"), size=2)
    return {
        "another size": [Dependency.n_to_n(small)],
        "a single job": [Dependency.n_to_n(BatchStep(new_job("One")))],  # type: ignore[arg-type]
        "no job": [Dependency.on(Pass("Nothing", values={}))],  # type: ignore[arg-type]
        "no step": [Dependency.on("$.id")],  # type: ignore[arg-type]
        "no dependency": [small],
    }


@pytest.mark.parametrize("case", ["another size", "a single job", "no job", "no step", "no dependency"])
def test_a_dependency_that_batch_would_refuse(stack: cdk.Stack, job: FakeJob, new_job: NewJob, case: str) -> None:
    step = ArrayStep(job, size=3, depends_on=bad_dependencies(new_job)[case])
    assert fields(refused(lambda: Pipeline(stack, "Run", steps=step))) == ["Embed.depends_on[0]"]


def test_no_list(stack: cdk.Stack, job: FakeJob) -> None:
    wrong: Any = Dependency.sequential()
    step = ArrayStep(job, size=3, depends_on=wrong)
    assert fields(refused(lambda: Pipeline(stack, "Run", steps=step))) == ["Embed.depends_on"]


def test_too_many_and_twice_the_same(stack: cdk.Stack, job: FakeJob) -> None:
    step = ArrayStep(job, size=3, depends_on=[Dependency.sequential()] * 21)
    assert fields(refused(lambda: Pipeline(stack, "Run", steps=step))) == ["Embed.depends_on"] * 2


def test_an_array_does_not_wait_for_itself(stack: cdk.Stack, job: FakeJob) -> None:
    waiting: list[Dependency] = []
    step = ArrayStep(job, size=3, depends_on=waiting)
    waiting.append(Dependency.n_to_n(step))
    assert fields(refused(lambda: Pipeline(stack, "Run", steps=step))) == ["Embed.depends_on[0]"]
