"""Random lives of an engine: written down, put into another one, and gone on with there as without a restart."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from local.engine.harness import Batch, FakeRunner, Plan
from local.engine.shapes import group, nodes

from batchwright.local.engine import BatchEngine, Exit, SimulatedClock
from batchwright.local.engine.archive.archive import EMPTY, laid_over
from batchwright.local.engine.archive.jobs import ARCHIVED
from batchwright.local.engine.jobs.dependencies import DEPENDENCY_FAILED
from batchwright.local.state.codec import Codec
from batchwright.local.state.journal import Journal

if TYPE_CHECKING:
    from batchwright.local.engine import Attempt

_RANDOM = re.compile(r"[0-9a-f]{32}")


class NoBlobs:
    def put(self, content: bytes) -> str:
        raise AssertionError(content)

    def get(self, name: str) -> bytes:
        raise AssertionError(name)


CODEC = Codec(blobs=NoBlobs(), kinds=ARCHIVED)


class Lines:
    """A journal's file in memory."""

    size = 0

    def __init__(self) -> None:
        self.texts: list[str] = []

    def append(self, text: str) -> None:
        self.texts.append(text)

    def sync(self) -> None:
        pass

    def close(self) -> None:
        pass


class Life(Batch):
    """An account with a bit of everything, and what is done in it."""

    def __init__(self) -> None:
        self.lines = Lines()
        self.journal = Journal(file=self.lines, codec=CODEC)  # type: ignore[arg-type]
        super().__init__(max_vcpus=4, observe=self.journal.observe, carried_out=self.journal.carried_out)
        self.runner.plan = plan
        self.jobs: list[str] = []
        self("CreateSchedulingPolicy", name="fair", fairsharePolicy={"shareDecaySeconds": 600})
        policy = "arn:aws:batch:us-east-1:123456789012:scheduling-policy/fair"
        self.queue("shared", "environment", schedulingPolicyArn=policy)
        self("CreateConsumableResource", consumableResourceName="license", totalQuantity=2)
        self.register_as("nodes", type="multinode", nodeProperties=nodes(2, group("0:0"), group("1:")))

    def engine_made(self, engine: BatchEngine) -> None:
        self.journal.follow(engine)

    def do(self, act: tuple[str, int, int]) -> None:
        kind, number, other = act
        ident = self.jobs[number % len(self.jobs)] if self.jobs else ""
        if kind == "advance":
            self.clock.advance(number / 2)
        elif kind == "submit":
            self.jobs.append(self.submit(f"job-{number}", **self._members(number, other)))
        elif kind == "flush":
            self.journal.flush()
        elif kind == "register":
            self.register("definition")
        elif ident and kind == "tag":
            arn = f"arn:aws:batch:us-east-1:123456789012:job/{ident}"
            self("TagResource", resourceArn=arn, tags={"n": str(number), "$": "odd"})
        elif ident:
            self(kind, jobId=ident if other % 3 else self._part_of(ident), reason=f"reason {number}")

    def _part_of(self, ident: str) -> str:
        return f"{ident}:0" if "arrayProperties" in self.job(ident) else ident

    def _members(self, number: int, other: int) -> dict[str, Any]:
        members: dict[str, Any] = {"retryStrategy": {"attempts": 1 + number % 3}}
        before = self.jobs[other % len(self.jobs)] if self.jobs else None
        depends = [{"jobId": before}] if before and number % 2 else []
        shape = other % 6
        if shape == 1:
            members["arrayProperties"] = {"size": 3}
            if number % 4 == 0:
                depends.append({"type": "SEQUENTIAL"})
        elif shape == 2:
            members["jobDefinition"] = "nodes"
        elif shape == 3:
            members |= {"jobQueue": "shared", "shareIdentifier": f"s{number % 2}", "schedulingPriorityOverride": number}
        elif shape == 4:
            needs = [{"consumableResource": "license", "quantity": 1 + number % 2}]
            members["consumableResourcePropertiesOverride"] = {"consumableResourceList": needs}
        return {**members, "dependsOn": depends}


def plan(attempt: Attempt) -> Plan:
    """A length and an end that follow from the job alone."""
    number = int(attempt.job_name.partition("-")[2])
    return Plan(seconds=1 + number % 7, exit=Exit(exit_code=int(number % 5 == attempt.number)))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "submit",
                "submit",
                "submit",
                "advance",
                "advance",
                "flush",
                "tag",
                "CancelJob",
                "TerminateJob",
                "register",
            )
        ),
        st.integers(0, 12),
        st.integers(0, 11),
    ),
    max_size=25,
)


def restored(archive: dict[str, Any], life: Life) -> tuple[BatchEngine, SimulatedClock]:
    clock = SimulatedClock(start=life.clock.now())
    runner = FakeRunner(clock)
    runner.plan = plan
    engine = BatchEngine(account="123456789012", region="us-east-1", runner=runner, emit=None, clock=clock)
    engine.restore(archive)
    return engine, clock


def answers(engine: BatchEngine, jobs: list[str]) -> dict[str, Any]:
    asked = [(name, {}) for name in ("DescribeComputeEnvironments", "DescribeJobQueues", "DescribeJobDefinitions")]
    asked += [(name, {}) for name in ("ListSchedulingPolicies", "ListConsumableResources")]
    asked += [
        ("ListJobs", {"jobQueue": queue, "jobStatus": status})
        for queue in ("queue", "shared")
        for status in ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED")
    ]
    asked += [("GetJobQueueSnapshot", {"jobQueue": queue}) for queue in ("queue", "shared")]
    for job in jobs:
        (found,) = engine.handle("DescribeJobs", {"jobs": [job]})["jobs"]
        asked.append(("DescribeJobs", {"jobs": [job]}))
        asked += [("DescribeJobs", {"jobs": [f"{job}:{n}"]}) for n in range(3) if "arrayProperties" in found]
        asked += [("DescribeJobs", {"jobs": [f"{job}#{n}"]}) for n in range(2) if "nodeProperties" in found]
    return {f"{name} {json.dumps(request)}": engine.handle(name, request) for name, request in asked}


def lived(acts: list[tuple[str, int, int]]) -> Life:
    life = Life()
    for act in acts:
        life.do(act)
    return life


@settings(max_examples=150, deadline=None)
@given(acts=ACTS)
def test_a_restored_engine_answers_and_goes_on_as_one_that_never_ended(acts: list[tuple[str, int, int]]) -> None:
    life = lived(acts)
    engine, clock = restored(CODEC.loads(CODEC.dumps(life.engine.archive())), life)
    assert answers(engine, life.jobs) == answers(life.engine, life.jobs)
    # The hosts of both are gone now.
    for one in (engine, life.engine):
        one.go_on()
    for time in (clock, life.clock):
        time.advance(3)
    assert unnamed(answers(engine, life.jobs)) == unnamed(answers(life.engine, life.jobs))
    for time in (clock, life.clock):
        time.run()
    assert unnamed(answers(engine, life.jobs)) == unnamed(answers(life.engine, life.jobs))
    engine.close()
    life.engine.close()


@settings(max_examples=150, deadline=None)
@given(acts=ACTS)
def test_the_lines_of_a_journal_make_up_the_archive(acts: list[tuple[str, int, int]]) -> None:
    life = lived(acts)
    life.journal.flush()
    found = laid_over(dict(EMPTY), [CODEC.loads(text) for text in life.lines.texts])
    assert plain(found) == plain(life.engine.archive())
    life.engine.close()


def unnamed(found: dict[str, Any]) -> str:
    """What was answered, without the names of tasks, which are drawn anew for each attempt."""
    return _RANDOM.sub("-", re.sub(r"instance i-[0-9a-f]{17}", "instance", json.dumps(found, indent=1)))


def plain(archive: dict[str, Any]) -> Any:  # noqa: ANN401
    """An archive without what only a whole save has: what shares have used, when a queue moved on.

    That a dependency failed follows from it.
    """
    found = json.loads(CODEC.dumps({**archive, "jobs": list(archive["jobs"])}))
    for queue in found["queues"]:
        queue.pop("usage")
        queue.pop("advanced_at")
    for job in found["jobs"]:
        for own in (job["own"], *filter(None, job["parts"])):
            if own[1].get("doomed") == DEPENDENCY_FAILED:
                del own[1]["doomed"]
        untouched = [{"status": "SUBMITTED"}, {}, job["own"][2]]
        job["parts"] = [None if part == untouched else part for part in job["parts"]]
    return found
