"""What a step hands to Batch when it submits a job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.jobs.container_environment import placeholders
from batchwright.model import Problem
from batchwright.model.arguments import text_list_problems
from batchwright.model.environment_variables import variable_name_problems
from batchwright.model.names import cleaned_name, job_name_problems, share_identifier_problems
from batchwright.model.retries import MAX_ATTEMPTS
from batchwright.model.sizes import MIN_MEMORY_MIB
from batchwright.model.submissions import MAX_SCHEDULING_PRIORITY
from batchwright.model.tags import tag_count_problems
from batchwright.model.timeouts import MIN_TIMEOUT_SECONDS
from batchwright.pipelines.paths import array, array_problems, is_path, literal, path_problems, text
from batchwright.pipelines.permissions import Permission, Site
from batchwright.tokens import as_text, is_token, mebibytes, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import aws_cdk as cdk

    from batchwright.contracts import Job, Queue


@dataclass(frozen=True, slots=True)
class SubmitOptions:
    """The less usual parts of a submission; what is left out comes from the job definition.

    Text that is a JSONPath (`$.vcpus`) is looked up in the state when the job is submitted.

    Attributes:
        job_name: Name of the submitted job, up to 128 letters, digits, hyphens and underscores. Default: the step's
            name, cleaned.
        queue: Another queue than the job's own, of the same platform and architecture.
        vcpus: vCPUs of one attempt.
        memory: Memory of one attempt.
        gpus: GPUs of one attempt.
        attempts: How often Batch tries, 1 to 10, whatever the failure: it replaces the definition's retry strategy and
            its rules.
        timeout: How long one attempt may run, 60 seconds or more.
        share_identifier: Share of a fair-share queue, up to 255 letters and digits.
        scheduling_priority: Priority within the share, 0 to 9,999; higher goes first.
        tags: Up to 50 tags for the job, passed on to its task.
    """

    job_name: str | None = None
    queue: Queue | None = None
    vcpus: float | str | None = None
    memory: cdk.Size | None = None
    gpus: int | str | None = None
    attempts: int | None = None
    timeout: cdk.Duration | None = None
    share_identifier: str | None = None
    scheduling_priority: int | None = None
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """Everything that one step submits; renders itself to the parameters of Batch's `SubmitJob`."""

    step: str
    job: Job
    environment: Mapping[str, str]
    command: Sequence[str]
    parameters: Mapping[str, str]
    options: SubmitOptions

    def arguments(self) -> dict[str, Any]:
        """Render the parameters of `SubmitJob`, without an array's size."""
        options = self.options
        arguments: dict[str, Any] = {
            **_value("JobName", options.job_name or cleaned_name(self.step)),
            "JobDefinition": self.job.job_definition_arn,
            "JobQueue": self._queue.job_queue_arn,
        }
        overrides = {**self._environment(), **self._command(), **self._resources()}
        if overrides:
            arguments["ContainerOverrides"] = overrides
        if self.parameters:
            arguments["Parameters"] = dict(_text_entry(key, value) for key, value in self.parameters.items())
        if options.share_identifier is not None:
            arguments |= _value("ShareIdentifier", options.share_identifier)
        if options.scheduling_priority is not None:
            arguments["SchedulingPriorityOverride"] = options.scheduling_priority
        if options.attempts is not None:
            arguments["RetryStrategy"] = {"Attempts": options.attempts}
        if options.timeout is not None:
            arguments["Timeout"] = {"AttemptDurationSeconds": options.timeout.to_seconds()}
        if options.tags:
            arguments["Tags"] = dict(_text_entry(key, value) for key, value in options.tags.items())
            arguments["PropagateTags"] = True
        return arguments

    def permissions(self, site: Site, *, wait: bool) -> Iterable[Permission]:
        """Say what submitting needs, and with `wait` what following the job and ending it with the execution needs."""
        # Every revision, as an execution that is running submits the revision of its own definition.
        definition = site.arn("batch", f"job-definition/{self.job.job_definition_name}:*")
        yield Permission(("batch:SubmitJob",), (self._queue.job_queue_arn, definition))
        jobs = (site.arn("batch", "job/*"),)
        if self.options.tags:
            yield Permission(("batch:TagResource",), jobs)
        if wait:
            # Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
            yield Permission(("batch:DescribeJobs",), ("*",))
            yield Permission(("batch:TerminateJob",), jobs)
            rule = site.arn("events", "rule/StepFunctionsGetEventsForBatchJobsRule")
            yield Permission(("events:PutTargets", "events:PutRule", "events:DescribeRule"), (rule,))

    def problems(self) -> Iterable[Problem]:
        """Find what Batch would refuse."""
        yield from self._environment_problems()
        yield from self._command_problems()
        for key, value in self.parameters.items():
            yield from _text_problems(f"{self.step}.parameters[{key!r}]", value)
        yield from self._placeholder_problems()
        yield from self._queue_problems()
        yield from self._options_problems()

    @property
    def _queue(self) -> Queue:
        return self.options.queue or self.job.queue

    def _environment(self) -> dict[str, Any]:
        if not self.environment:
            return {}
        return {"Environment": [{"Name": name, **_text_value("Value", v)} for name, v in self.environment.items()]}

    def _command(self) -> dict[str, Any]:
        if not self.command:
            return {}
        if not any(map(is_path, self.command)):
            return {"Command": list(self.command)}
        return {"Command.$": array(_words(self.command))}

    def _resources(self) -> dict[str, Any]:
        options = self.options
        memory = None if options.memory is None else options.memory.to_mebibytes()
        asked = {"VCPU": options.vcpus, "MEMORY": memory, "GPU": options.gpus}
        needs = [
            {"Type": kind, **_text_value("Value", amount if isinstance(amount, str) else as_text(amount))}
            for kind, amount in asked.items()
            if amount is not None
        ]
        return {"ResourceRequirements": needs} if needs else {}

    def _environment_problems(self) -> Iterable[Problem]:
        for name, value in self.environment.items():
            field = f"{self.step}.environment[{name!r}]"
            if not name:
                yield Problem(field, value, "a variable with a name", "Give it one.")
            yield from variable_name_problems(name, field=field)
            yield from _text_problems(field, value)

    def _command_problems(self) -> Iterable[Problem]:
        yield from text_list_problems(f"{self.step}.command", self.command, fix='Use ["python", "main.py"].')
        if isinstance(self.command, str):
            return
        for number, word in enumerate(self.command):
            yield from _text_problems(f"{self.step}.command[{number}]", word)
        if any(map(is_path, self.command)):
            yield from array_problems(f"{self.step}.command", _words(self.command))

    def _placeholder_problems(self) -> Iterable[Problem]:
        named = placeholders(self.command or self.job.command)
        for name in sorted(named - {*self.job.parameters, *self.parameters}):
            allowed = "a value for each placeholder of the command, which the program would get as it stands"
            fix = f"Add parameters={{{name!r}: ...}} to the step, or a default to the job."
            yield Problem(f"{self.step}.parameters", f"none for Ref::{name}", allowed, fix)

    def _queue_problems(self) -> Iterable[Problem]:
        queue = self.options.queue
        if queue is None:
            return
        field, needs = f"{self.step}.options.queue", self.job.requirements
        if queue.platform is not needs.platform:
            fix = "Make a job for each: a definition is for one of them."
            yield Problem(field, f"a queue on {queue.platform}", f"queues on {needs.platform}, as the job's own", fix)
        elif queue.architecture not in (None, needs.architecture):
            fix = "Build the image for that architecture, in a job of its own."
            yield Problem(field, f"a queue of {queue.architecture} hosts", f"queues of {needs.architecture} hosts", fix)

    def _options_problems(self) -> Iterable[Problem]:
        options, step = self.options, self.step
        name = options.job_name
        if name is not None and not is_path(name) and not is_token(name):
            yield from job_name_problems(name, field=f"{step}.options.job_name")
        for field, given in (("job_name", name), ("share_identifier", options.share_identifier)):
            if given is not None and is_path(given):
                yield from path_problems(f"{step}.options.{field}", given, single=True)
        yield from self._number_problems()
        share = options.share_identifier
        if share is not None and not is_path(share) and not is_token(share):
            yield from share_identifier_problems(share, field=f"{step}.options.share_identifier")
        tags = options.tags or {}
        yield from tag_count_problems(len(tags), field=f"{step}.options.tags")
        for key, value in tags.items():
            yield from _text_problems(f"{step}.options.tags[{key!r}]", value)

    def _number_problems(self) -> Iterable[Problem]:
        options = self.options
        limit = None if options.timeout is None else seconds(options.timeout)
        memory = None if options.memory is None else mebibytes(options.memory)
        ranges: list[tuple[str, float | str | None, float, float, str]] = [
            ("attempts", options.attempts, 1, MAX_ATTEMPTS, f"1 to {MAX_ATTEMPTS}"),
            ("timeout", limit, MIN_TIMEOUT_SECONDS, float("inf"), f"{MIN_TIMEOUT_SECONDS} (seconds) or more"),
            (
                "scheduling_priority",
                options.scheduling_priority,
                0,
                MAX_SCHEDULING_PRIORITY,
                f"0 to {MAX_SCHEDULING_PRIORITY}",
            ),
            ("vcpus", options.vcpus, 0.25, float("inf"), "0.25 or more"),
            ("memory", memory, MIN_MEMORY_MIB, float("inf"), f"{MIN_MEMORY_MIB} (MiB) or more"),
            ("gpus", options.gpus, 1, float("inf"), "1 or more"),
        ]
        for name, value, low, high, allowed in ranges:
            field = f"{self.step}.options.{name}"
            if isinstance(value, str):
                yield from _amount_problems(field, value, allowed)
            elif value is not None and not is_token(value) and not low <= value <= high:
                yield Problem(field, value, allowed, "Leave it out to keep what the job definition says.")


def _words(command: Sequence[str]) -> list[str]:
    return [text(word) if is_path(word) else literal(word) for word in command]


def _value(key: str, value: str) -> dict[str, str]:
    return {f"{key}.$": value} if is_path(value) else {key: value}


def _text_value(key: str, value: str) -> dict[str, str]:
    return {f"{key}.$": text(value)} if is_path(value) else {key: value}


def _text_entry(key: str, value: str) -> tuple[str, str]:
    return (f"{key}.$", text(value)) if is_path(value) else (key, value)


def _text_problems(field: str, value: object) -> Iterable[Problem]:
    if not isinstance(value, str):
        yield Problem(field, value, "text, or a JSONPath such as $.key", f"Use {str(value)!r}.")
    elif is_path(value):
        yield from path_problems(field, value, single=True)


def _amount_problems(field: str, value: str, allowed: str) -> Iterable[Problem]:
    if is_path(value):
        yield from path_problems(field, value, single=True)
    elif not is_token(value):
        yield Problem(field, value, f"a number, {allowed}, or a JSONPath such as $.vcpus", "Give a number.")
