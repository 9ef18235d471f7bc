"""An execution of a state machine, as it ended, with the jobs that it ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

LAST_LINES: Final = 20
"""Of what a failed job wrote, in a report: an error is at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """A job of an execution.

    Attributes:
        job_id: Its id; `ID:INDEX` of a child of an array.
        name: Its name.
        status: Its state in AWS Batch, such as SUCCEEDED, FAILED or RUNNABLE.
        reason: Why it is in that state, empty where AWS Batch says nothing.
        children: Of an array, how many children are in each state; else empty.
        output: The lines that it has written, of all attempts; of arrays and jobs of several nodes nothing, their
            children and nodes write.
    """

    job_id: str
    name: str
    status: str
    reason: str = ""
    children: dict[str, int]
    output: tuple[str, ...] = ()

    def __str__(self) -> str:
        """In one line: name, state, reason; of an array its children by state."""
        counts = ", ".join(f"{count} {state}" for state, count in self.children.items())
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.name} ({self.job_id}) {self.status}{reason}" + (f" ({counts})" if counts else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """An execution of a state machine.

    Attributes:
        arn: Its ARN.
        status: SUCCEEDED, FAILED, TIMED_OUT, ABORTED, or RUNNING when it was asked before its end.
        output: What it gave, read from JSON; None when it did not succeed.
        error: Name of the error, empty when there was none.
        cause: Its cause as the failed state gave it: for a job all that DescribeJobs says of it, as JSON.
        jobs: The jobs that it submitted, in order, each array followed by its children that failed (ten at most);
            of a distributed map those of its failed iterations (ten at most).
    """

    arn: str
    status: str
    output: Any = None
    error: str = ""
    cause: str = ""
    jobs: tuple[JobRun, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether it ended well."""
        return self.status == "SUCCEEDED"

    @property
    def failed_jobs(self) -> tuple[JobRun, ...]:
        """The jobs that failed and could have written something, so not the parents of arrays."""
        return tuple(job for job in self.jobs if job.status == "FAILED" and not job.children)

    def report(self) -> str:
        """Say how it ended, with each job, and the last lines of those that failed: `assert run.succeeded, run`."""
        error = f": {self.error}" if self.error else ""
        lines = [f"Execution {self.arn.rpartition(':')[2]} {self.status}{error}"]
        if self.cause and not self.cause.startswith("{"):
            lines.append(f"  {self.cause}")
        for job in self.jobs:
            lines.append(f"  {job}")
            if job in self.failed_jobs:
                lines += [f"    | {line}" for line in job.output[-LAST_LINES:]]
        return "\n".join(lines)

    def __str__(self) -> str:
        """The report, so that a failed assertion shows it."""
        return self.report()
