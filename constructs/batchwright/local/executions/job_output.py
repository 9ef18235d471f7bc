"""What jobs have written, from their log streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEFAULT_GROUP: Final = "/aws/batch/job"


@dataclass(frozen=True, slots=True)
class Stream:
    """A log stream of one container of one attempt."""

    group: str
    name: str


class JobOutput:
    """Reads what a job has written, each line once however often it is asked.

    Args:
        logs: A boto3 client of CloudWatch Logs.
    """

    def __init__(self, logs: Any) -> None:  # noqa: ANN401 - a boto3 client
        self._logs = logs
        self._positions: dict[Stream, str] = {}

    def new_lines(self, job: Mapping[str, Any]) -> Iterator[str]:
        """Read the lines since the last time, of all attempts and containers, the oldest attempt first.

        Args:
            job: As DescribeJobs shows it.
        """
        for stream in _streams(job):
            yield from self._read(stream)

    @property
    def found_any(self) -> bool:
        """Whether there was a stream at all."""
        return bool(self._positions)

    def _read(self, stream: Stream) -> Iterator[str]:
        while True:
            known = self._positions.get(stream)
            position = {} if known is None else {"nextToken": known}
            try:
                page = self._logs.get_log_events(
                    logGroupName=stream.group, logStreamName=stream.name, startFromHead=True, **position
                )
            except self._logs.exceptions.ResourceNotFoundException:
                return
            yield from (event["message"] for event in page["events"])
            self._positions[stream] = page["nextForwardToken"]
            if known == page["nextForwardToken"]:
                return


def _streams(job: Mapping[str, Any]) -> Iterator[Stream]:
    """Name the streams of all attempts, and of the one under way."""
    seen: set[Stream] = set()
    for attempt in (*job.get("attempts", ()), job):
        for container, group in _containers(attempt, job):
            name = container.get("logStreamName")
            if name and (stream := Stream(group, name)) not in seen:
                seen.add(stream)
                yield stream


def _containers(attempt: Mapping[str, Any], job: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    if "container" in attempt:
        yield attempt["container"], _group(job.get("container", {}))
    tasks = job.get("ecsProperties", {}).get("taskProperties", ())
    groups = {each.get("name"): _group(each) for task in tasks for each in task["containers"]}
    for task in (*attempt.get("taskProperties", ()), *attempt.get("ecsProperties", {}).get("taskProperties", ())):
        for container in task["containers"]:
            yield container, groups.get(container.get("name"), _DEFAULT_GROUP)


def _group(container: Mapping[str, Any]) -> str:
    group: str = container.get("logConfiguration", {}).get("options", {}).get("awslogs-group", _DEFAULT_GROUP)
    return group
