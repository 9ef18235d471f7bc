from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from support.local_server import LocalServer

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Policy": {
            "Type": "AWS::Batch::SchedulingPolicy",
            "Properties": {"FairsharePolicy": {"ShareDecaySeconds": 3600, "ComputeReservation": 5}},
        },
        "Environment": {
            "Type": "AWS::Batch::ComputeEnvironment",
            "Properties": {
                "Type": "managed",
                "State": "ENABLED",
                "ComputeResources": {
                    "Type": "FARGATE",
                    "MaxvCpus": 8,
                    "Subnets": ["subnet-1"],
                    "SecurityGroupIds": ["sg-1"],
                },
            },
        },
        "Queue": {
            "Type": "AWS::Batch::JobQueue",
            "Properties": {
                "Priority": 1,
                "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Environment"}}],
                "SchedulingPolicyArn": {"Ref": "Policy"},
            },
        },
        "Definition": {
            "Type": "AWS::Batch::JobDefinition",
            "Properties": {
                "Type": "container",
                "PlatformCapabilities": ["FARGATE"],
                "Parameters": {"Input": "a"},
                "Timeout": {"AttemptDurationSeconds": 60},
                "RetryStrategy": {
                    "Attempts": 2,
                    "EvaluateOnExit": [{"Action": "RETRY", "OnStatusReason": "Host EC2*"}],
                },
                "ContainerProperties": {
                    "Image": "busybox",
                    "Command": ["echo", "Ref::Input"],
                    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/execution",
                    "Environment": [{"Name": "Mode", "Value": "fast"}],
                    "ResourceRequirements": [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "2048"}],
                },
            },
        },
    },
    "Outputs": {
        "Environment": {"Value": {"Fn::GetAtt": ["Environment", "ComputeEnvironmentArn"]}},
        "Queue": {"Value": {"Fn::GetAtt": ["Queue", "JobQueueArn"]}},
        "QueueRef": {"Value": {"Ref": "Queue"}},
        "Definition": {"Value": {"Ref": "Definition"}},
        "Policy": {"Value": {"Fn::GetAtt": ["Policy", "Arn"]}},
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:  # noqa: ANN401
    template = copy.deepcopy(TEMPLATE)
    *parents, last = path.split(".")
    place = template["Resources"]
    for key in parents:
        place = place[key]
    place[last] = value
    return template


def active(server: LocalServer, name: str) -> list[int]:
    found = server.client("batch").describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
    return sorted(entry["revision"] for entry in found)


def test_every_type_is_created_with_what_ref_and_getatt_give(server: LocalServer) -> None:
    outputs = server.outputs(server.stack("create", TEMPLATE))
    batch = server.client("batch")

    assert outputs["Queue"] == outputs["QueueRef"]
    queue = batch.describe_job_queues(jobQueues=[outputs["Queue"]])["jobQueues"][0]
    assert queue["computeEnvironmentOrder"] == [{"order": 1, "computeEnvironment": outputs["Environment"]}]
    assert queue["schedulingPolicyArn"] == outputs["Policy"]
    assert queue["jobQueueName"].startswith("create-Queue-")
    definition = batch.describe_job_definitions(jobDefinitions=[outputs["Definition"]])["jobDefinitions"][0]
    assert definition["parameters"] == {"Input": "a"}
    assert definition["timeout"] == {"attemptDurationSeconds": 60}
    assert definition["containerProperties"]["environment"] == [{"name": "Mode", "value": "fast"}]
    assert outputs["Definition"].endswith(":1")


def test_a_queue_and_an_environment_are_updated_in_place(server: LocalServer) -> None:
    before = server.outputs(server.stack("inplace", TEMPLATE))
    template = changed("Queue.Properties.Priority", 9)
    template["Resources"]["Environment"]["Properties"]["ComputeResources"]["MaxvCpus"] = 32

    after = server.outputs(server.stack("inplace", template))

    assert after == before
    batch = server.client("batch")
    assert batch.describe_job_queues(jobQueues=[after["Queue"]])["jobQueues"][0]["priority"] == 9
    environments = batch.describe_compute_environments(computeEnvironments=[after["Environment"]])
    assert environments["computeEnvironments"][0]["computeResources"]["maxvCpus"] == 32


def test_other_hardware_replaces_the_environment(server: LocalServer) -> None:
    before = server.outputs(server.stack("replace", TEMPLATE))

    stack = server.stack("replace", changed("Environment.Properties.ComputeResources.Type", "FARGATE_SPOT"))

    after = server.outputs(stack)
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert after["Environment"] != before["Environment"]
    found = server.client("batch").describe_compute_environments(
        computeEnvironments=[before["Environment"], after["Environment"]]
    )["computeEnvironments"]
    assert [entry["computeEnvironmentArn"] for entry in found if entry["status"] == "VALID"] == [after["Environment"]]


def test_a_changed_definition_is_a_new_revision_and_the_old_one_goes(server: LocalServer) -> None:
    server.stack("revision", TEMPLATE)

    stack = server.stack("revision", changed("Definition.Properties.Timeout.AttemptDurationSeconds", 90))

    arn = server.outputs(stack)["Definition"]
    assert arn.endswith(":2")
    assert active(server, arn.rsplit("/", 1)[1].split(":")[0]) == [2]


def test_skip_deregister_on_update_keeps_the_old_revision(server: LocalServer) -> None:
    server.stack("kept", TEMPLATE)
    template = changed("Definition.Properties.Timeout.AttemptDurationSeconds", 90)
    template["Resources"]["Definition"]["Properties"]["ResourceRetentionPolicy"] = {"SkipDeregisterOnUpdate": True}

    arn = server.outputs(server.stack("kept", template))["Definition"]

    assert active(server, arn.rsplit("/", 1)[1].split(":")[0]) == [1, 2]


def test_a_failed_update_goes_back_and_the_old_revision_stays(server: LocalServer) -> None:
    arn = server.outputs(server.stack("back", TEMPLATE))["Definition"]
    template = changed("Definition.Properties.Timeout.AttemptDurationSeconds", 90)
    template["Resources"]["Broken"] = {
        "Type": "AWS::Batch::JobQueue",
        "DependsOn": "Definition",
        "Properties": {
            "Priority": 1,
            "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": "missing"}],
        },
    }

    stack = server.stack("back", template)

    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    name = arn.rsplit("/", 1)[1].split(":")[0]
    found = server.client("batch").describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
    assert [entry["timeout"]["attemptDurationSeconds"] for entry in found] == [60]


def test_deleting_the_stack_deletes_everything(server: LocalServer) -> None:
    outputs = server.outputs(server.stack("gone", TEMPLATE))
    batch, formation = server.client("batch"), server.client("cloudformation")

    formation.delete_stack(StackName="gone")
    formation.get_waiter("stack_delete_complete").wait(StackName="gone", WaiterConfig={"Delay": 1, "MaxAttempts": 30})

    queues = batch.describe_job_queues(jobQueues=[outputs["Queue"]])["jobQueues"]
    assert [queue for queue in queues if queue["status"] not in ("DELETED", "DELETING")] == []
    assert active(server, outputs["Definition"].rsplit("/", 1)[1].split(":")[0]) == []
    assert batch.describe_scheduling_policies(arns=[outputs["Policy"]])["schedulingPolicies"] == []


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("Queue.Properties.Priorty", 1, "extraneous key [Priorty] is not permitted"),
        ("Definition.Properties.ContainerProperties.Imag", "x", "#/ContainerProperties: extraneous key [Imag]"),
        ("Environment.Properties.ComputeResources.Type", "TOASTER", "Environment"),
    ],
)
def test_bad_properties_fail_the_stack_with_their_name(
    server: LocalServer,
    path: str,
    value: object,
    expected: str,
) -> None:
    name = f"bad-{path.split('.')[0]}-{path.rsplit('.', 1)[1]}".lower()

    stack = server.stack(name, changed(path, value))

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = server.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
    reasons = [event["ResourceStatusReason"] for event in events if event["ResourceStatus"] == "CREATE_FAILED"]
    assert any(expected in reason for reason in reasons) or expected in str(events)
