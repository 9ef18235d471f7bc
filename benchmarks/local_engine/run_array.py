"""Starts a local AWS, runs one array of jobs that do nothing, and prints what it took as JSON."""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from batchwright.local import LocalAws
from batchwright.local.engine import Attempt, Exit, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PATIENCE_SECONDS: Final = 300.0
_STATES: Final = ("RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED")


class _Handle:
    def stop(self, reason: str, grace: float) -> None:
        """Nothing runs that could be stopped."""


class _NoWork:
    """Ends every attempt at once, in this process."""

    def start(
        self, attempt: Attempt, *, on_started: Callable[[Started], None], on_exit: Callable[[Exit], None]
    ) -> _Handle:
        on_started(Started(log_stream_name=attempt.log_stream_name(attempt.container)))
        on_exit(Exit(exit_code=0))
        return _Handle()

    def release(self, network: str) -> None:
        """There is none."""


def main() -> None:
    """Run an array of as many jobs as the argument says."""
    size = int(sys.argv[1])
    begun = time.perf_counter()
    with LocalAws(batch_runner=_NoWork()) as aws:
        start_seconds = time.perf_counter() - begun
        heard: Counter[str] = Counter()
        array_heard: Counter[str] = Counter()
        all_told = threading.Event()

        def hear(event: Mapping[str, Any]) -> None:
            detail = event["detail"]
            heard[detail["status"]] += 1
            if "size" in detail.get("arrayProperties", {}) and detail["status"] in _STATES:
                array_heard["itself"] += 1
                # Told last: the end of the array itself.
                if detail["status"] == "SUCCEEDED":
                    all_told.set()

        aws.subscribe(hear)
        batch = aws.client("batch")
        _prepare(batch)
        begun = time.perf_counter()
        batch.submit_job(jobName="array", jobQueue="queue", jobDefinition="nothing", arrayProperties={"size": size})
        if not all_told.wait(_PATIENCE_SECONDS):
            sys.exit(f"{heard['SUCCEEDED']} of {size} jobs had ended after {_PATIENCE_SECONDS:.0f} s")
        seconds = time.perf_counter() - begun
    # Each child goes through each of these once. The array itself is in some of them as well.
    told = sum(heard[state] for state in _STATES) - array_heard["itself"]
    # Linux counts in KiB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    percent = 100 * told / (size * len(_STATES))
    answer = {"start_seconds": start_seconds, "seconds": seconds, "mebibytes": peak, "told_percent": percent}
    print(json.dumps(answer))


def _prepare(batch: Any) -> None:  # noqa: ANN401 - a boto3 client
    compute = {"type": "EC2", "maxvCpus": 100_000, "minvCpus": 0, "instanceTypes": ["m7i"], "subnets": ["subnet-1"]}
    compute["instanceRole"] = "role"
    batch.create_compute_environment(computeEnvironmentName="hosts", type="MANAGED", computeResources=compute)
    order = [{"order": 1, "computeEnvironment": "hosts"}]
    batch.create_job_queue(jobQueueName="queue", priority=1, computeEnvironmentOrder=order)
    requirements = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "128"}]
    batch.register_job_definition(
        jobDefinitionName="nothing",
        type="container",
        containerProperties={"image": "image", "resourceRequirements": requirements},
    )


if __name__ == "__main__":
    main()
