"""What is refused, by its field, all at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from support.pipelines import FakeJob, FakeQueue
from support.synthesis import new_stack, synthesize

from batchwright.jobs.retries import RetryStrategy
from batchwright.model import Architecture, ConfigurationError, Platform
from batchwright.pipelines.array_step import ArrayStep
from batchwright.pipelines.batch_step import BatchStep
from batchwright.pipelines.choice import Choice
from batchwright.pipelines.conditions import When
from batchwright.pipelines.fail import Fail
from batchwright.pipelines.lambda_step import LambdaStep
from batchwright.pipelines.parallel import Parallel
from batchwright.pipelines.pass_step import Pass
from batchwright.pipelines.pipeline import Pipeline
from batchwright.pipelines.raw_state import RawState
from batchwright.pipelines.sharded_array_step import ShardedArrayStep
from batchwright.pipelines.submit_options import SubmitOptions
from batchwright.pipelines.succeed import Succeed

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.pipelines import NewFunction, Refused, Render

    from batchwright.pipelines.step import Step


@pytest.fixture
def refused() -> Refused:
    """Problems of a pipeline that is refused, as `field: value` lines."""

    def problems(steps: Step, **options: object) -> list[str]:
        with pytest.raises(ConfigurationError) as error:
            Pipeline(new_stack(), "Run", steps=steps, **options)
        assert "Pipeline 'Stack/Run'" in str(error.value)
        return [problem.field for problem in error.value.problems]

    return problems


@pytest.mark.parametrize("size", [0, 1, -5, 10_001, True, 2.5])
def test_array_size(job: FakeJob, refused: Refused, size: object) -> None:
    assert refused(ArrayStep(job, size=size)) == ["Embed.size"]


def test_array_size_that_is_known_only_at_deployment_is_not_judged(stack: cdk.Stack, job: FakeJob) -> None:
    size = cdk.CfnParameter(stack, "Size", type="Number").value_as_number
    Pipeline(stack, "Run", steps=ArrayStep(job, size=size))
    text = synthesize(stack).only("AWS::StepFunctions::StateMachine")["DefinitionString"]
    assert '"ArrayProperties":{"Size":${EmbedSize}}' in text


@pytest.mark.parametrize("path", ["$.", "$.a..", "$.a b", "$.a[", "$.a[*]", "$$.", "$.a['']"])
def test_malformed_paths(job: FakeJob, refused: Refused, path: str) -> None:
    assert refused(BatchStep(job, environment={"X": path})) == ["Embed.environment['X']"]


@pytest.mark.parametrize("path", ["$", "$$", "$.a", "$.a.b-c[0]", "$['a b'].c", "$$.Execution.Name"])
def test_good_paths(job: FakeJob, machine: Render, path: str) -> None:
    assert machine(BatchStep(job, environment={"X": path}))


@pytest.mark.parametrize("path", ["$$.x", "x", "$.a[*]", ""])
def test_result_paths(refused: Refused, path: str) -> None:
    assert refused(Pass("P", values={}, result_path=path)) == ["P.result_path"]


def test_all_problems_at_once(job: FakeJob, refused: Refused) -> None:
    options = SubmitOptions(
        job_name="-bad",
        vcpus=0,
        memory=cdk.Size.mebibytes(1),
        gpus=0,
        retries=RetryStrategy.always(attempts=11),
        timeout=cdk.Duration.seconds(59),
        share_identifier="a-b",
        scheduling_priority=10_000,
        tags={f"k{n}": "v" for n in range(51)},
    )
    step = BatchStep(job, environment={"AWS_BATCH_X": "1", "N": 5}, parameters={"p": "$.["}, options=options)
    steps = step >> ArrayStep(job, name="Array", size=1)
    assert sorted(refused(steps, timeout=cdk.Duration.seconds(0))) == sorted(
        [
            "timeout",
            "Embed.environment['AWS_BATCH_X']",
            "Embed.environment['N']",
            "Embed.parameters['p']",
            "Embed.options.job_name",
            "Embed.options.vcpus",
            "Embed.options.memory",
            "Embed.options.gpus",
            "Embed.options.retries.attempts",
            "Embed.options.timeout",
            "Embed.options.share_identifier",
            "Embed.options.scheduling_priority",
            "Embed.options.tags",
            "Array.size",
        ]
    )


def test_retries_are_a_strategy(job: FakeJob, refused: Refused) -> None:
    three: Any = 3
    assert refused(BatchStep(job, options=SubmitOptions(retries=three))) == ["Embed.options.retries"]


def test_each_placeholder_of_the_command_gets_a_value(job: FakeJob, machine: Render, refused: Refused) -> None:
    job.command, job.parameters = ("--in=Ref::source", "Ref::codec"), {"codec": "av1"}
    assert refused(BatchStep(job)) == ["Embed.parameters"]
    assert machine(BatchStep(job, parameters={"source": "$.key"}) >> BatchStep(job, name="List", command=["list"]))
    assert refused(ArrayStep(job, size=2, command=["Ref::a", "Ref::b", "Ref::codec"])) == ["Embed.parameters"] * 2


def test_another_queue_must_be_able_to_run_the_job(job: FakeJob, refused: Refused) -> None:
    serverless, graviton = FakeQueue("fargate"), FakeQueue("graviton")
    serverless.platform = Platform.FARGATE
    graviton.architecture = Architecture.ARM64
    for queue in (serverless, graviton):
        assert refused(BatchStep(job, options=SubmitOptions(queue=queue))) == ["Embed.options.queue"]


def test_names_are_unique(job: FakeJob, refused: Refused) -> None:
    assert refused(BatchStep(job) >> ArrayStep(job, size=2)) == ["name"]
    assert refused(Pass("A", values={}) >> Parallel(Pass("A", values={}), name="P")) == ["name"]


@pytest.mark.parametrize("name", ["", " ", "x" * 81])
def test_names_have_80_characters_at_most(refused: Refused, name: str) -> None:
    assert "name" in refused(Pass(name, values={}))


def test_names_of_the_states_around_an_array_count_too(job: FakeJob, refused: Refused) -> None:
    assert refused(ArrayStep(job, size="$.n", name="x" * 75)) == ["name"] * 4


def test_a_job_that_is_no_construct_needs_a_name(refused: Refused, job: FakeJob) -> None:
    class Bare:
        job_definition_arn = job.job_definition_arn
        job_definition_name = job.job_definition_name
        queue = job.queue
        shape = job.shape
        requirements = job.requirements
        parameters = job.parameters

    assert refused(BatchStep(Bare())) == ["name"]


@pytest.mark.parametrize("step", [BatchStep, partial(ArrayStep, size=3), partial(ShardedArrayStep, size=3)])
def test_what_is_no_job_is_named(refused: Refused, step: Callable[..., Step]) -> None:
    assert refused(step("arn:aws:batch:us-east-1:1:job-definition/j:1", name="S")) == ["S.job"]


def test_a_step_stands_in_one_place(job: FakeJob, refused: Refused) -> None:
    step = BatchStep(job)
    assert "steps" in refused(step >> Pass("P", values={}) >> step)
    assert "steps" in refused(Parallel(step, step, name="Both"))


def test_a_step_cannot_be_its_own_handler(job: FakeJob, refused: Refused) -> None:
    step = BatchStep(job)
    step.catch(step)
    assert "steps" in refused(step)


def test_steps_after_the_end(refused: Refused) -> None:
    assert refused(Succeed("Done") >> Pass("Never", values={})) == ["steps"]
    both = Choice("?").when(When.is_present("$.a"), Succeed("A")).otherwise(Fail("B", error="E", cause="C"))
    assert refused(both >> Pass("Never", values={})) == ["steps"]
    assert refused(Parallel(Succeed("X") >> Pass("Hidden", values={}), name="P")) == ["steps"]


def test_choices(refused: Refused) -> None:
    assert refused(Choice("?")) == ["?.when"]
    assert refused(Choice("?").when(When.equals("$.[", 1), Succeed("A"))) == ["?: When path"]
    assert refused(Choice("?").when(When.equals("$.a", "$.b"), Succeed("A"))) == ["?: When StringEquals value"]
    assert refused(Choice("?").when(When.less_than("$.a", "5"), Succeed("A"))) == ["?: When NumericLessThan value"]
    assert refused(Choice("?").when(When.and_(), Succeed("A"))) == ["?: When.and_()"]
    assert refused(Choice("?").when(When.asl({"Next": "X"}), Succeed("A"))) == ["?: When.asl(rule)"]


def test_parallel(refused: Refused) -> None:
    assert refused(Parallel(name="P")) == ["P.branches"]
    assert refused(Parallel(*[Pass(f"{n}", values={}) for n in range(12)], name="P")) == ["P.branches"]


def test_handlers(job: FakeJob, refused: Refused) -> None:
    bad = Fail("F", error="E", cause="C")
    assert refused(BatchStep(job).catch(bad, errors=())) == ["Embed.catch.errors"]
    assert refused(BatchStep(job).catch(bad, errors=("States.ALL", "X"))) == ["Embed.catch.errors"]
    late = BatchStep(job).catch(bad).catch(Fail("G", error="E", cause="C"), errors=("X",))
    assert refused(late) == ["Embed.catch.errors"]
    assert refused(BatchStep(job).catch(bad, result_path="error")) == ["Embed.catch.result_path"]


def test_raw_states(refused: Refused) -> None:
    assert refused(RawState("R", {"Type": "Choice"})) == ["R.state['Type']"]
    assert refused(RawState("R", {"Type": "Pass", "Next": "X", "End": True})) == ["R.state['Next']", "R.state['End']"]


@pytest.mark.parametrize(
    "payload",
    [{"a": "$.["}, {"a": [{"b": "$.["}]}, {"a": object()}, {"a": ["$.x", {"b": 1}]}, {"a.$": "literal"},
     {"a": [f"$.x{n}" for n in range(3)] + ["it's"] * 10}],
)  # fmt: skip
def test_payloads(new_function: NewFunction, refused: Refused, payload: dict[str, object]) -> None:
    fields = refused(LambdaStep(new_function("F"), payload=payload))
    assert all(field.startswith("F.payload['a") for field in fields)


def test_a_command_has_nine_functions_at_most(job: FakeJob, refused: Refused) -> None:
    assert refused(BatchStep(job, command=[f"$.a{n}" for n in range(10)])) == ["Embed.command"]


def test_a_list_that_is_known_only_at_deployment(stack: cdk.Stack, refused: Refused) -> None:
    items = cdk.CfnParameter(stack, "Items", type="CommaDelimitedList").value_as_list
    assert refused(Pass("P", values={"items": items})) == ["steps"]


def test_a_definition_has_a_megabyte_at_most(refused: Refused) -> None:
    assert refused(Pass("P", values={"long": "x" * 1_000_000})) == ["steps"]


def test_changes_after_the_pipeline_is_made_are_refused(stack: cdk.Stack, job: FakeJob) -> None:
    step, choice = BatchStep(job), Choice("?").when(When.is_present("$.a"), Succeed("A"))
    Pipeline(stack, "Run", steps=step >> choice)
    with pytest.raises(ConfigurationError, match="before the Pipeline"):
        step.catch(Succeed("B"))
    with pytest.raises(ConfigurationError, match="before the Pipeline"):
        choice.otherwise(Succeed("B"))
    with pytest.raises(ConfigurationError, match="before the Pipeline"):
        choice.when(When.is_present("$.b"), Succeed("B"))


def test_nothing_is_made_of_a_refused_pipeline(stack: cdk.Stack) -> None:
    job = FakeJob(stack, "Job")
    with pytest.raises(ConfigurationError):
        Pipeline(stack, "Run", steps=ArrayStep(job, size=1))
    assert stack.node.find_child("Run").node.children == []
