from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.engine.harness import Batch


def test_unknown_operations_are_refused(batch: Batch) -> None:
    with pytest.raises(BatchError, match="SubmitEverything: the local engine does not have this operation"):
        batch.engine.handle("SubmitEverything", {})


def test_requests_and_responses_are_not_shared(batch: Batch) -> None:
    container = {"image": "i", "command": ["a"], "vcpus": 1, "memory": 4}
    batch("RegisterJobDefinition", jobDefinitionName="d", type="container", containerProperties=container)
    container["command"].append("changed")  # type: ignore[attr-defined]
    found = batch("DescribeJobDefinitions", jobDefinitions=["d:1"])["jobDefinitions"][0]
    assert found["containerProperties"]["command"] == ["a"]
    found["containerProperties"]["command"].append("changed")
    again = batch("DescribeJobDefinitions", jobDefinitions=["d:1"])["jobDefinitions"][0]
    assert again["containerProperties"]["command"] == ["a"]


def test_wait_returns_the_job_that_ended(batch: Batch) -> None:
    job = batch.submit()
    assert batch.engine.wait(job, timeout=0) is None
    found: list[Any] = []
    waiter = threading.Thread(target=lambda: found.append(batch.engine.wait(job, 30)))
    waiter.start()
    batch.clock.run()
    waiter.join(30)
    assert found[0] == batch.job(job)
    assert batch.engine.wait(job) == found[0]
    with pytest.raises(BatchError, match="does not exist"):
        batch.engine.wait("none")


def test_closing_ends_every_job(make_batch: Callable[..., Batch]) -> None:
    batch = make_batch(max_vcpus=1)
    running, waiting = batch.submit("running"), batch.submit("waiting", arrayProperties={"size": 2})
    pending = batch.submit("pending", dependsOn=[{"jobId": running}])
    batch.clock.advance(2)
    fresh = batch.submit("fresh")
    batch.engine.close()
    batch.engine.close()
    told = batch.check_events()
    assert {told[job][-1] for job in (running, waiting, f"{waiting}:0", pending, fresh)} == {"FAILED"}
    assert batch.runner.handles[0].stops == [("The local AWS was closed", 2.0)]
    with pytest.raises(BatchError, match="was closed") as caught:
        batch.submit()
    assert (caught.value.code, caught.value.http_status) == ("ServerException", 500)
    assert batch.engine.wait(running, 0)["statusReason"] == "The local AWS was closed"


def test_the_partition_follows_the_region() -> None:
    from batchwright.local.engine.api.names import Names

    assert (
        Names(account="1", region="us-gov-west-1").arn("job", "x").startswith("arn:aws-us-gov:batch:us-gov-west-1:1:")
    )
    assert Names(account="1", region="cn-north-1").arn("job", "x").startswith("arn:aws-cn:")
