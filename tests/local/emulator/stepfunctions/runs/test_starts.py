"""An execution runs the definition that was there when it was started."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from support.local_server import LocalServer


def gives(value: int) -> str:
    return json.dumps({"StartAt": "Give", "States": {"Give": {"Type": "Pass", "Result": value, "End": True}}})


@pytest.fixture
def versions(server: LocalServer, request: pytest.FixtureRequest) -> tuple[str, str, str]:
    """ARN of a state machine that gives 3, of its version that gives 1, and of an alias of the one that gives 2."""
    states = server.client("stepfunctions")
    name = request.node.name.replace("[", "-").replace("]", "")[-60:]
    machine = states.create_state_machine(name=name, definition=gives(1), roleArn="arn:aws:iam::1:role/one")
    arn = machine["stateMachineArn"]
    first = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    states.update_state_machine(stateMachineArn=arn, definition=gives(2), roleArn="arn:aws:iam::1:role/two")
    second = states.publish_state_machine_version(stateMachineArn=arn)["stateMachineVersionArn"]
    states.update_state_machine(stateMachineArn=arn, definition=gives(3))
    alias = states.create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": second, "weight": 100}]
    )
    return arn, first, alias["stateMachineAliasArn"]


def test_versions_and_aliases_run_their_own(server: LocalServer, versions: tuple[str, str, str]) -> None:
    states = server.client("stepfunctions")

    def run(arn: str) -> dict[str, Any]:
        return server.ended(states.start_execution(stateMachineArn=arn)["executionArn"])

    machine, version, alias = (run(arn) for arn in versions)

    assert [one["output"] for one in (machine, version, alias)] == ["3", "1", "2"]
    assert [one["stateMachineArn"] for one in (machine, version, alias)] == [versions[0]] * 3
    assert "stateMachineVersionArn" not in machine
    assert version["stateMachineVersionArn"] == versions[1]
    assert alias["stateMachineAliasArn"] == versions[2]
    assert alias["stateMachineVersionArn"] == f"{versions[0]}:2"


def test_it_has_the_role_of_its_version(server: LocalServer, versions: tuple[str, str, str]) -> None:
    states = server.client("stepfunctions")
    arn = states.start_execution(stateMachineArn=versions[1])["executionArn"]
    server.ended(arn)

    started = states.get_execution_history(executionArn=arn)["events"][0]["executionStartedEventDetails"]
    of_execution = states.describe_state_machine_for_execution(executionArn=arn)

    assert started["roleArn"] == of_execution["roleArn"] == "arn:aws:iam::1:role/one"
    assert started["stateMachineVersionArn"] == versions[1]
    assert of_execution["definition"] == gives(1)


def test_a_change_after_the_start_is_for_the_next(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    machine = states.create_state_machine(name="changed", definition=gives(1), roleArn="arn:aws:iam::1:role/r")
    arn = machine["stateMachineArn"]

    outputs = []
    for value in range(2, 12):
        execution = states.start_execution(stateMachineArn=arn)["executionArn"]
        states.update_state_machine(stateMachineArn=arn, definition=gives(value))
        outputs.append(server.ended(execution)["output"])

    assert outputs == [str(value) for value in range(1, 11)]


def test_a_synchronous_execution_of_a_version(server: LocalServer) -> None:
    states = server.client("stepfunctions")
    arn = states.create_state_machine(
        name="quick", definition=gives(1), roleArn="arn:aws:iam::1:role/r", type="EXPRESS", publish=True
    )["stateMachineVersionArn"]
    states.update_state_machine(stateMachineArn=arn.rpartition(":")[0], definition=gives(2))

    ended = (
        server.aws.session()
        .client("stepfunctions", endpoint_url=server.aws.endpoint, config=_plain())
        .start_sync_execution(stateMachineArn=arn)
    )

    assert (ended["status"], ended["output"]) == ("SUCCEEDED", "1")


def _plain() -> Any:  # noqa: ANN401
    from botocore.config import Config

    # The SDK puts "sync-" before the host name of this operation.
    return Config(inject_host_prefix=False)
