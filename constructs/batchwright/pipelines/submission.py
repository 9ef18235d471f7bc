"""What a step hands to Batch when it submits a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchwright.contracts import Queue
from batchwright.model import Platform, Problem
from batchwright.model.arguments import item_problems, kind_problems, required_problems
from batchwright.model.names import cleaned_name
from batchwright.pipelines.container_override import ContainerOverride, text_problems
from batchwright.pipelines.override_fit import override_fit_problems
from batchwright.pipelines.override_length import override_length_problems
from batchwright.pipelines.overrides import Change, Overrides
from batchwright.pipelines.paths import is_path, text
from batchwright.pipelines.permissions import Permission, Site
from batchwright.pipelines.submission_checks import option_problems, queue_problems
from batchwright.pipelines.submit_options import SubmitOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from batchwright.contracts import Job
    from batchwright.jobs.retries import RetryStrategy


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
        arguments |= self._overrides.render()
        if self.parameters:
            arguments["Parameters"] = dict(_text_entry(key, value) for key, value in self.parameters.items())
        if options.share_identifier is not None:
            arguments |= _value("ShareIdentifier", options.share_identifier)
        if options.scheduling_priority is not None:
            arguments["SchedulingPriorityOverride"] = options.scheduling_priority
        if options.retries is not None:
            arguments["RetryStrategy"] = _retry_strategy(options.retries)
        if options.timeout is not None:
            arguments["Timeout"] = {"AttemptDurationSeconds": options.timeout.to_seconds()}
        if options.tags:
            arguments["Tags"] = dict(_text_entry(key, value) for key, value in options.tags.items())
            # Pods take labels, not tags.
            if self.job.requirements.platform is not Platform.EKS:
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
        if not hasattr(self.job, "shape"):
            fix = "Use a ContainerJob, or a job of another shape."
            yield Problem(f"{self.step}.job" if self.step else "job", self.job, "a job", fix)
            return
        at, options = f"{self.step}.options", self.options
        wrong_kind = required_problems(at, options, SubmitOptions, fix="Use SubmitOptions(vcpus=4).")
        yield from wrong_kind
        if wrong_kind:
            return
        wrong = [*self._parameter_problems(), *self._override_problems()]
        yield from wrong
        # Placeholders of a command that is none are not asked for.
        if not wrong:
            yield from self._placeholder_problems()
        no_queue = kind_problems(f"{at}.queue", options.queue, Queue, fix="Use a JobQueue.")
        yield from no_queue
        queue = self.job.queue if no_queue else self._queue
        if not no_queue:
            yield from queue_problems(f"{at}.queue", options.queue, self.job)
        # What is wrong anyhow is not compared with the queue.
        if not wrong:
            yield from override_fit_problems(self.job, queue, self._overrides)
            yield from override_length_problems(f"{self.step}.command and environment", self._overrides)
        yield from option_problems(options, at, fair_share=queue.fair_share)

    @property
    def _queue(self) -> Queue:
        return self.options.queue or self.job.queue

    @property
    def _overrides(self) -> Overrides:
        options, at = self.options, f"{self.step}.options"
        first = ContainerOverride(
            container=options.container,
            node_group=options.node_group,
            environment=self.environment,
            command=self.command,
            args=options.args,
            vcpus=options.vcpus,
            memory=options.memory,
            gpus=options.gpus,
        )
        changes = [Change(first, at, words_at=self.step)]
        for number, each in enumerate(options.overrides):
            place = f"{at}.overrides[{number}]"
            changes.append(Change(each, place, words_at=place, alone=True))
        return Overrides(self.job.shape, changes, options.nodes, f"{at}.nodes")

    def _parameter_problems(self) -> Iterable[Problem]:
        field = f"{self.step}.parameters"
        given: object = self.parameters
        if not isinstance(given, Mapping):
            yield Problem(field, given, "a mapping of names to texts", 'Use {"key": "$.key"}.')
            return
        for key, value in given.items():
            wrong = required_problems(field, key, str, fix="Use the name after Ref::.")
            yield from wrong or text_problems(f"{field}[{key!r}]", value)

    def _override_problems(self) -> Iterable[Problem]:
        at = f"{self.step}.options"
        fix = 'Use [ContainerOverride(container="agent", ...)].'
        wrong = item_problems(f"{at}.overrides", self.options.overrides, ContainerOverride, fix=fix)
        yield from wrong
        if wrong:
            return
        changes = self._overrides.changes
        found = [problem for each in changes for problem in each.override.problems(each.words_at, options_at=each.at)]
        yield from found
        # What is no override is not asked which container it is for.
        if not found:
            yield from self._overrides.problems()

    def _placeholder_problems(self) -> Iterable[Problem]:
        taken, field = self._overrides.placeholders(), f"{self.step}.parameters"
        for name in sorted(taken - {*self.job.parameters, *self.parameters}):
            allowed = "a value for each placeholder of the command, which the program would get as it stands"
            fix = f"Add parameters={{{name!r}: ...}} to the step, or a default to the job."
            yield Problem(field, f"none for Ref::{name}", allowed, fix)
        for name in self.parameters:
            if name not in taken:
                allowed = f"names of placeholders of the commands ({', '.join(sorted(taken)) or 'there is none'})"
                yield Problem(f"{field}[{name!r}]", name, allowed, f"Take it out, or write Ref::{name} in a command.")


def _retry_strategy(strategy: RetryStrategy) -> dict[str, Any]:
    """Write a strategy as `SubmitJob` takes it from a state machine."""
    rules = [
        {
            "Action": rule.action,
            **({} if rule.on_exit_code is None else {"OnExitCode": rule.on_exit_code}),
            **({} if rule.on_reason is None else {"OnReason": rule.on_reason}),
            **({} if rule.on_status_reason is None else {"OnStatusReason": rule.on_status_reason}),
        }
        for rule in strategy.rules
    ]
    return {"Attempts": strategy.attempts, **({"EvaluateOnExit": rules} if rules else {})}


def _value(key: str, value: str) -> dict[str, str]:
    return {f"{key}.$": value} if is_path(value) else {key: value}


def _text_entry(key: str, value: str) -> tuple[str, str]:
    return (f"{key}.$", text(value)) if is_path(value) else (key, value)
