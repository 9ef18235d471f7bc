"""Functions of container images, called on the local AWS."""

from __future__ import annotations

import io
import json
import tarfile
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docker
import pytest
from support.local_server import eventually

from batchwright.local.emulator.errors import LocalAwsError
from batchwright.local.emulator.functions.images import pool
from batchwright.local.emulator.functions.images.environment import Image
from batchwright.local.emulator.functions.images.runtime_api import Invocation
from batchwright.local.runners.docker.owner import SERVER_LABEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.local_server import LocalServer

BASE = "debian:trixie-slim"
RUNTIME = Path(__file__).with_name("runtime.sh").read_bytes()
DOCKERFILE = f"""FROM {BASE}
COPY runtime.sh /runtime.sh
WORKDIR /var/task
ENTRYPOINT ["bash", "/runtime.sh"]
CMD ["app.handler"]
""".encode()


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    client = docker.from_env()
    try:
        client.images.get(BASE)
    except docker.errors.ImageNotFound:
        pytest.skip(f"{BASE} is not in the Docker engine; tools/base-image provides it")
    yield client
    client.close()


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> Iterator[str]:
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for name, content in (("Dockerfile", DOCKERFILE), ("runtime.sh", RUNTIME)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    context.seek(0)
    tag = f"batchwright-test-function:{uuid.uuid4().hex}"
    engine.images.build(fileobj=context, custom_context=True, tag=tag, rm=True, pull=False)
    yield tag
    engine.images.remove(tag, force=True)


@pytest.fixture(scope="module")
def make(server: LocalServer, image: str) -> Callable[..., str]:
    role = server.role("image-function", service="lambda.amazonaws.com")

    def create(name: str, **options: Any) -> str:  # noqa: ANN401
        settings = {"Code": {"ImageUri": image}, "Timeout": 20, "Environment": {"Variables": {"MODE": "test"}}}
        answer = server.client("lambda").create_function(
            FunctionName=name, PackageType="Image", Role=role, **{**settings, **options}
        )
        return str(answer["FunctionArn"])

    return create


def call(server: LocalServer, function: str, event: Any) -> tuple[str | None, Any]:  # noqa: ANN401
    answer = server.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def containers(engine: docker.DockerClient, image: str) -> list[Any]:
    return list(engine.containers.list(all=True, ignore_removed=True, filters={"ancestor": image}))


def test_a_function_is_called_and_stays_warm(
    server: LocalServer, make: Callable[..., str], engine: docker.DockerClient, image: str
) -> None:
    function = make("warm")

    assert call(server, function, {"n": 1}) == (
        None,
        {
            "handler": "app.handler",
            "mode": "test",
            "cwd": "/var/task",
            "count": 1,
            "key": "ASIA",
            "name": "warm",
            "event": {"n": 1},
        },
    )
    assert call(server, function, [2])[1]["count"] == 2
    assert len(containers(engine, image)) == 1


def test_the_image_configuration_replaces_the_images_own(server: LocalServer, make: Callable[..., str]) -> None:
    config = {"EntryPoint": ["/bin/bash", "/runtime.sh"], "Command": ["other.handler"], "WorkingDirectory": "/tmp"}

    _, answer = call(server, make("configured", ImageConfig=config), {})

    assert (answer["handler"], answer["cwd"]) == ("other.handler", "/tmp")


def test_changed_settings_start_another_container(server: LocalServer, make: Callable[..., str]) -> None:
    function = make("changed")
    call(server, function, {})

    server.client("lambda").update_function_configuration(
        FunctionName=function, Environment={"Variables": {"MODE": "b"}}
    )
    _, answer = call(server, function, {})

    assert (answer["mode"], answer["count"]) == ("b", 1)


def test_it_reaches_this_server_and_writes_to_tmp_only(server: LocalServer, make: Callable[..., str]) -> None:
    function = make("reach")

    assert call(server, function, "health") == (None, "200")
    said = call(server, function, "disk")[1]
    assert "Read-only file system" in said
    assert said.endswith('refused written"')


@pytest.mark.parametrize(
    ("event", "timeout", "kind", "message"),
    [
        ("fail", 20, "BadInput", "as asked"),
        ("exit", 20, "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("wait", 1, "Sandbox.Timedout", "Task timed out after 1.00 seconds"),
    ],
)
def test_failures(
    server: LocalServer, make: Callable[..., str], event: str, timeout: int, kind: str, message: str
) -> None:
    function = make(f"failing-{event}", Timeout=timeout)

    error, answer = call(server, function, event)

    assert error is not None
    assert answer["errorType"] == kind
    assert message in answer["errorMessage"]
    # The next call finds a working environment.
    assert call(server, function, {})[0] is None


def test_a_runtime_that_cannot_start(server: LocalServer, make: Callable[..., str]) -> None:
    _, answer = call(server, make("unready", ImageConfig={"Command": ["unready"]}), {})

    assert answer == {"errorType": "NoModel", "errorMessage": "no model"}


def test_an_entry_point_that_is_not_there(server: LocalServer, make: Callable[..., str]) -> None:
    _, answer = call(server, make("no-entry", ImageConfig={"EntryPoint": ["/no/such/program"]}), {})

    assert answer["errorType"] == "Runtime.InvalidEntrypoint"
    assert "/no/such/program" in answer["errorMessage"]


def test_an_image_that_is_not_there(server: LocalServer, make: Callable[..., str]) -> None:
    _, answer = call(server, make("no-image", Code={"ImageUri": "missing:1"}), {})

    assert answer["errorType"] == "Runtime.InvalidImage"
    assert "has no image missing:1" in answer["errorMessage"]


def test_a_state_machine_catches_the_error_by_name(server: LocalServer, make: Callable[..., str]) -> None:
    machine = {
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": make("caught"), "Payload": "fail"},
                "Catch": [{"ErrorEquals": ["BadInput"], "Next": "Right"}],
                "End": True,
            },
            "Right": {"Type": "Pass", "OutputPath": "$.Error", "End": True},
        },
    }

    assert server.run_machine(machine)["output"] == '"BadInput"'


def test_what_a_function_prints_is_logged(server: LocalServer, make: Callable[..., str]) -> None:
    call(server, make("printing"), {})

    events = server.client("logs").filter_log_events(logGroupName="/aws/lambda/printing")["events"]
    lines = "".join(one["message"] for one in events)
    assert "START RequestId" in lines
    assert "call 1" in lines


def test_without_an_engine_the_error_says_so() -> None:
    def refuse() -> docker.DockerClient:
        raise LocalAwsError("no Docker engine answers at unix:///nowhere")

    made = pool.Pool(1, refuse)
    with pytest.raises(pool.FunctionError, match="need a Docker engine: no Docker engine answers at unix:///nowhere"):
        made.endpoint()
    made.close()


def test_no_container_is_left(engine: docker.DockerClient, image: str) -> None:
    before = {one.labels[SERVER_LABEL] for one in containers(engine, image)}
    made = pool.Pool(1)
    call = Invocation(request_id="1", event=b"{}", deadline=0.0, function_arn="arn:f")
    failed, answer, printed = made.invoke("f", Image(name=image), call, 20.0)
    after = {one.labels[SERVER_LABEL] for one in containers(engine, image)}
    made.close()
    made.close()

    assert (failed, answer["count"], printed) == (False, 1, "call 1\n")
    (mine,) = after - before
    assert engine.containers.list(all=True, filters={"label": f"{SERVER_LABEL}={mine}"}) == []
    with pytest.raises(pool.FunctionError, match="is closed"):
        made.invoke("f", Image(name=image), call, 20.0)


def test_a_container_that_nobody_calls_is_removed(engine: docker.DockerClient, image: str) -> None:
    before = {one.labels[SERVER_LABEL] for one in containers(engine, image)}
    made = pool.Pool(1, idle_seconds=0.1)
    try:
        call = Invocation(request_id="1", event=b"{}", deadline=0.0, function_arn="arn:f")
        assert made.invoke("f", Image(name=image), call, 20.0)[1]["count"] == 1

        def gone() -> bool | None:
            return None if {one.labels[SERVER_LABEL] for one in containers(engine, image)} - before else True

        assert eventually(gone)
        assert made.invoke("f", Image(name=image), call, 20.0)[1]["count"] == 1
    finally:
        made.close()


def test_a_function_of_a_stack(server: LocalServer, image: str) -> None:
    role = server.role("of-a-stack", service="lambda.amazonaws.com")
    properties = {
        "FunctionName": "of-a-stack",
        "PackageType": "Image",
        "Code": {"ImageUri": image},
        "ImageConfig": {"Command": ["stack.handler"]},
        "Role": role,
        "Timeout": 20,
        "MemorySize": 256,
    }

    stack = server.stack(
        "image-function", {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": properties}}}
    )

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert call(server, "of-a-stack", {})[1]["handler"] == "stack.handler"
