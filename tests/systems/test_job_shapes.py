"""Jobs of every shape, deployed to the local AWS and run there by their pipelines, in real containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import docker
import pytest
from support.job_shape_system import IMAGE, DeployedShapes, JobShapes

from batchwright.local import LocalAws

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.docker]


@pytest.fixture(scope="module")
def image() -> str:
    """The base image of the repository's own images, which `make test` provides."""
    engine = docker.from_env()
    try:
        engine.images.get(IMAGE)
    except docker.errors.ImageNotFound:
        pytest.skip(f"{IMAGE} is not in the Docker engine; tools/base-image provides it")
    finally:
        engine.close()
    return IMAGE


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory, image: str) -> Iterator[DeployedShapes]:
    folder = tmp_path_factory.mktemp("shapes")
    app = cdk.App(outdir=str(folder), analytics_reporting=False)
    with LocalAws(runner="docker") as aws:
        JobShapes(app, "JobShapes", image=image)
        app.synth()
        outputs = aws.deploy(folder)["JobShapes"]
        aws.enforce_iam(True)
        yield DeployedShapes(aws, outputs)


def containers_of(job: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (task,) = job["ecsProperties"]["taskProperties"]
    return {each["name"]: each for each in task["containers"]}


@pytest.fixture(scope="module")
def together(shapes: DeployedShapes) -> dict[str, Any]:
    """A job of a set-up, a server that waits for its success, and a program that waits for the server's start."""
    job = shapes.run("Together", {"word": "please", "note": "from setup"})
    assert job["status"] == "SUCCEEDED", job
    return job


def test_the_end_of_the_essential_container_ends_the_job(together: dict[str, Any]) -> None:
    containers = containers_of(together)
    assert containers["setup"]["exitCode"] == containers["main"]["exitCode"] == 0
    # It would have stayed for ever.
    assert containers["server"]["exitCode"] != 0


def test_a_container_waits_for_the_start_of_another(shapes: DeployedShapes, together: dict[str, Any]) -> None:
    """The server starts when the note is written; the first that the program does is to look for it."""
    first, *_ = shapes.lines(containers_of(together)["main"]["logStreamName"])
    assert first == "from setup"


def test_containers_reach_each_other_and_their_secrets(shapes: DeployedShapes, together: dict[str, Any]) -> None:
    containers = containers_of(together)
    assert shapes.lines(containers["server"]["logStreamName"]) == ["got hush please"]
    assert shapes.lines(containers["main"]["logStreamName"])[1:] == ["HUSH PLEASE"]
    assert all(each["logStreamName"].startswith(f"Together/{name}/") for name, each in containers.items())
    secrets = {each["name"] for each in containers["main"].get("secrets", [])}
    assert secrets == {"TOKEN"}
    assert "hush" not in str(together)


@pytest.mark.parametrize("nodes", [2, 4])
def test_nodes_exchange_data(shapes: DeployedShapes, nodes: int) -> None:
    job = shapes.run("Nodes", {"word": "node", "nodes": nodes})

    assert job["status"] == "SUCCEEDED", job
    assert job["nodeProperties"]["numNodes"] == nodes
    main = shapes.described(f"{job['jobId']}#0")
    heard = shapes.lines(main["container"]["logStreamName"])
    assert sorted(heard) == [f"got node {number}" for number in range(1, nodes)]
    # Each got its answer over the network between the nodes.
    for number in range(1, nodes):
        (container,) = containers_of(shapes.described(f"{job['jobId']}#{number}")).values()
        assert shapes.lines(container["logStreamName"]) == [f"NODE {number}"]


def test_a_pod_finds_what_its_init_container_prepared(shapes: DeployedShapes) -> None:
    job = shapes.run("Pod", {"word": "changed"})

    assert job["status"] == "SUCCEEDED", job
    pod = job["eksProperties"]["podProperties"]
    assert pod["initContainers"][0]["exitCode"] == pod["containers"][0]["exitCode"] == 0
    assert pod["containers"][0]["args"][0] == "-c"
    assert {"name": "WORD", "value": "changed"} in pod["containers"][0]["env"]


@pytest.mark.parametrize(("name", "attempts"), [("Retried", 2), ("Ended", 1)])
def test_a_container_above_its_memory_is_retried_where_that_is_asked(
    shapes: DeployedShapes, name: str, attempts: int
) -> None:
    job = shapes.run(name, {})

    assert job["status"] == "FAILED"
    reasons = [each["container"]["reason"] for each in job["attempts"]]
    assert len(reasons) == attempts
    assert all(reason.startswith("OutOfMemoryError") for reason in reasons)
    assert job["container"]["exitCode"] == 137
