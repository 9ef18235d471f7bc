"""What the engine refuses or bounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """Limits of the service and guards of this machine.

    The first six are AWS's own numbers
    (https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html); tests may relax them.
    The others keep a fork storm, such as a rule that submits a job for every job event, from taking the machine down.

    Attributes:
        max_array_size: Most children of an array job.
        max_dependencies: Most entries of `dependsOn`.
        max_payload_bytes: Largest SubmitJob request, as JSON.
        max_attempts: Most attempts of a job.
        max_submitted: Most jobs in SUBMITTED.
        min_timeout_seconds: Shortest `attemptDurationSeconds`.
        max_jobs_per_minute: Most jobs accepted in 60 seconds, array children counted. None for no limit.
        max_running: Most attempts that are STARTING or RUNNING at once; other jobs stay RUNNABLE. None for no limit.
        keep_finished_seconds: How long a job is known after its end. AWS keeps them for 7 days at least
            (https://docs.aws.amazon.com/batch/latest/userguide/job_states.html). None for ever.
        keep_finished_jobs: Most ended jobs that are kept, children and nodes counted; the oldest go first. None for no
            limit.
        stop_grace_seconds: Time between SIGTERM and SIGKILL. 30 s is the default of the ECS agent.
        close_grace_seconds: The same, when the engine itself is closed.
    """

    max_array_size: int = 10_000
    max_dependencies: int = 20
    max_payload_bytes: int = 30 * 1024
    max_attempts: int = 10
    max_submitted: int = 1_000_000
    min_timeout_seconds: int = 60
    max_jobs_per_minute: int | None = 20_000
    max_running: int | None = 1_000
    keep_finished_seconds: float | None = 7 * 86_400.0
    keep_finished_jobs: int | None = 1_000_000
    stop_grace_seconds: float = 30.0
    close_grace_seconds: float = 2.0
