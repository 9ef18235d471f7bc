"""Operations on stacks that meet each other, exports in use, and changes that go back."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from support.local_server import eventually

if TYPE_CHECKING:
    from support.local_server import LocalServer

Json = dict[str, Any]
ENVIRONMENT: Json = {
    "Type": "AWS::Batch::ComputeEnvironment",
    "Properties": {
        "Type": "MANAGED",
        "ComputeResources": {"Type": "FARGATE", "MaxvCpus": 8, "Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    },
}
QUEUE: Json = {
    "Type": "AWS::Batch::JobQueue",
    "Properties": {
        "Priority": 1,
        "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": {"Ref": "Environment"}}],
    },
}
BROKEN: Json = {
    "Type": "AWS::Batch::JobQueue",
    "DependsOn": "Queue",
    "Properties": {"Priority": 1, "ComputeEnvironmentOrder": [{"Order": 1, "ComputeEnvironment": "missing"}]},
}
ACTION: Json = {
    "Action": "CANCEL",
    "MaxTimeSeconds": 600,
    "Reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "State": "RUNNABLE",
}
TEMPLATE: Json = {
    "Resources": {"Environment": ENVIRONMENT, "Queue": QUEUE},
    "Outputs": {"Environment": {"Value": {"Ref": "Environment"}}, "Queue": {"Value": {"Ref": "Queue"}}},
}
# Waits for a signal that never comes, for as many seconds as it says.
WAITING: Json = {
    "Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1"},
        },
    }
}


def parameter(value: Any = "v", **properties: Any) -> Json:  # noqa: ANN401
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value, **properties}}


def exporting(name: str | None, value: str = "v") -> Json:
    outputs = {"Out": {"Value": value, "Export": {"Name": name}}} if name else {}
    return {"Resources": {"Parameter": parameter()}, "Outputs": outputs}


def importing(name: str) -> Json:
    return {"Resources": {"Parameter": parameter({"Fn::ImportValue": name})}}


def reasons(server: LocalServer, stack: str) -> list[str]:
    events = server.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return [event["ResourceStatusReason"] for event in events if event.get("ResourceStatusReason")]


def queue_of(server: LocalServer, stack: Json) -> Json:
    arn = server.outputs(stack)["Queue"]
    queue = server.client("batch").describe_job_queues(jobQueues=[arn])["jobQueues"][0]
    # No time limits, and an empty list of them, are the same.
    return {key: value for key, value in queue.items() if value != []}


def refused(call: Any, **arguments: Any) -> str:  # noqa: ANN401
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Message"])


def delete(server: LocalServer, name: str) -> str:
    """Delete a stack and return where that ended, `gone` when nothing is left."""
    formation = server.client("cloudformation")
    stack_id = formation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    formation.delete_stack(StackName=name)

    def ended() -> str | None:
        status = str(formation.describe_stacks(StackName=stack_id)["Stacks"][0]["StackStatus"])
        return status if status in ("DELETE_COMPLETE", "DELETE_FAILED") else None

    return eventually(ended)


def test_a_failed_update_leaves_everything_as_it_was(server: LocalServer) -> None:
    batch = server.client("batch")
    before = server.stack("as-it-was", TEMPLATE)
    resources = queue_of(server, before), batch.describe_compute_environments()["computeEnvironments"]
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Environment"]["Properties"]["ComputeResources"].update(Type="FARGATE_SPOT", MaxvCpus=99)
    template["Resources"]["Queue"]["Properties"].update(Priority=7, State="DISABLED", JobStateTimeLimitActions=[ACTION])
    template["Resources"]["Broken"] = BROKEN

    after = server.stack("as-it-was", template)

    assert after["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (queue_of(server, after), batch.describe_compute_environments()["computeEnvironments"]) == resources
    assert delete(server, "as-it-was") == "DELETE_COMPLETE"


def test_what_the_template_no_longer_says_goes_back_to_its_default(server: LocalServer) -> None:
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Queue"]["Properties"].update(State="DISABLED", JobStateTimeLimitActions=[ACTION])
    server.stack("defaults", template)

    queue = queue_of(server, server.stack("defaults", TEMPLATE))

    assert queue["state"] == "ENABLED"
    assert "jobStateTimeLimitActions" not in queue


def test_a_failed_creation_leaves_nothing_but_what_is_to_be_retained(server: LocalServer) -> None:
    template = copy.deepcopy(TEMPLATE)
    bucket = {"Type": "AWS::S3::Bucket"}
    template["Resources"] |= {
        "Kept": {**bucket, "DeletionPolicy": "Retain"},
        "Gone": {**bucket, "DeletionPolicy": "RetainExceptOnCreate"},
        "Broken": {**BROKEN, "DependsOn": ["Queue", "Kept", "Gone"]},
    }

    stack = server.stack("nothing", template)

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    buckets = [entry["Name"] for entry in server.client("s3").list_buckets()["Buckets"]]
    assert [name.split("-")[1] for name in buckets if name.startswith("nothing-")] == ["kept"]
    batch = server.client("batch")
    left = [entry["jobQueueName"] for entry in batch.describe_job_queues()["jobQueues"]]
    assert not [name for name in left if name.startswith("nothing-")]


def test_a_renamed_queue_is_replaced(server: LocalServer) -> None:
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Queue"]["Properties"]["JobQueueName"] = "first-name"
    server.stack("renamed", template)
    template["Resources"]["Queue"]["Properties"]["JobQueueName"] = "second-name"

    stack = server.stack("renamed", template)

    assert server.outputs(stack)["Queue"].endswith("job-queue/second-name")
    found = server.client("batch").describe_job_queues(jobQueues=["first-name", "second-name"])["jobQueues"]
    assert [entry["jobQueueName"] for entry in found if entry["status"] == "VALID"] == ["second-name"]


def test_an_environment_in_use_elsewhere_is_not_deleted(server: LocalServer) -> None:
    outputs = {"Environment": {"Value": {"Ref": "Environment"}}}
    used = server.outputs(server.stack("used", {"Resources": {"Environment": ENVIRONMENT}, "Outputs": outputs}))
    queue = copy.deepcopy(QUEUE)
    queue["Properties"]["ComputeEnvironmentOrder"][0]["ComputeEnvironment"] = used["Environment"]
    server.stack("user", {"Resources": {"Queue": queue}})

    assert delete(server, "used") == "DELETE_FAILED"
    assert any("found existing JobQueue relationship" in reason for reason in reasons(server, "used"))
    assert delete(server, "user") == "DELETE_COMPLETE"
    assert delete(server, "used") == "DELETE_COMPLETE"


def test_what_is_gone_already_is_deleted(server: LocalServer) -> None:
    batch = server.client("batch")
    outputs = server.outputs(server.stack("gone-already", TEMPLATE))
    for call in (batch.update_job_queue, batch.delete_job_queue):
        call(jobQueue=outputs["Queue"], **({"state": "DISABLED"} if call == batch.update_job_queue else {}))

    assert delete(server, "gone-already") == "DELETE_COMPLETE"


def test_a_change_set_says_that_hardware_may_replace_the_environment(server: LocalServer) -> None:
    server.stack("foreseen", TEMPLATE)
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Environment"]["Properties"]["ComputeResources"]["Type"] = "FARGATE_SPOT"
    formation = server.client("cloudformation")

    named = {"StackName": "foreseen", "ChangeSetName": "change"}
    formation.create_change_set(**named, TemplateBody=json.dumps(template))

    changes = formation.describe_change_set(**named)["Changes"]
    replacement = {one["ResourceChange"]["LogicalResourceId"]: one["ResourceChange"]["Replacement"] for one in changes}
    assert replacement["Environment"] == "Conditional"
    formation.execute_change_set(**named)
    assert server.settled("foreseen")["StackStatus"] == "UPDATE_COMPLETE"
    assert any("requires the creation of a new physical resource" in reason for reason in reasons(server, "foreseen"))


def test_an_export_in_use_neither_goes_nor_changes(server: LocalServer) -> None:
    formation = server.client("cloudformation")
    server.stack("exporter", exporting("used-export"))
    server.stack("importer", importing("used-export"))

    for template, change in ((exporting(None), "deleted"), (exporting("used-export", "other"), "updated")):
        stack = server.stack("exporter", template)
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert f"Export used-export cannot be {change} as it is in use by importer" in reasons(server, "exporter")
    assert [one["Value"] for one in formation.list_exports()["Exports"] if one["Name"] == "used-export"] == ["v"]
    assert delete(server, "importer") == "DELETE_COMPLETE"
    assert server.stack("exporter", exporting(None))["StackStatus"] == "UPDATE_COMPLETE"
    assert "used-export" not in [one["Name"] for one in formation.list_exports()["Exports"]]


def test_two_stacks_do_not_export_the_same_name(server: LocalServer) -> None:
    server.stack("first-exporter", exporting("twice"))

    stack = server.stack("second-exporter", exporting("twice"))

    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Export with name twice is already exported by stack first-exporter" in reasons(server, "second-exporter")


def test_a_stack_does_one_thing_at_a_time(server: LocalServer) -> None:
    formation = server.client("cloudformation")
    server.stack("busy", {"Resources": {"Parameter": parameter()}})
    body = json.dumps({"Resources": {"Parameter": parameter("changed")}})
    formation.create_change_set(StackName="busy", ChangeSetName="early", TemplateBody=body)
    waiting = copy.deepcopy(WAITING)
    waiting["Resources"]["Parameter"] = parameter()
    formation.create_change_set(StackName="busy", ChangeSetName="waiting", TemplateBody=json.dumps(waiting))
    late = {"StackName": "busy", "ChangeSetName": "late", "TemplateBody": body}

    formation.execute_change_set(StackName="busy", ChangeSetName="waiting")

    assert "UPDATE_IN_PROGRESS state and can not be updated" in refused(formation.create_change_set, **late)
    assert "UPDATE_IN_PROGRESS state and can not be deleted" in refused(formation.delete_stack, StackName="busy")
    assert "UPDATE_IN_PROGRESS" in refused(formation.update_stack, StackName="busy", TemplateBody=body)
    assert server.settled("busy")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"


def test_a_stack_that_is_deleted_while_it_is_made_leaves_nothing(server: LocalServer) -> None:
    template = copy.deepcopy(WAITING)
    template["Resources"]["Later"] = {**parameter(Name="/left/behind"), "DependsOn": "Handle"}
    server.client("cloudformation").create_stack(StackName="unwanted", TemplateBody=json.dumps(template))

    assert delete(server, "unwanted") == "DELETE_COMPLETE"

    assert server.client("ssm").get_parameters(Names=["/left/behind"])["InvalidParameters"] == ["/left/behind"]


def test_what_an_update_adds_is_created_in_its_events(server: LocalServer) -> None:
    server.stack("adds", {"Resources": {"Old": parameter("a")}})

    server.stack("adds", {"Resources": {"Old": parameter("b"), "New": parameter()}})

    formation = server.client("cloudformation")
    events = formation.describe_stack_events(StackName="adds")["StackEvents"]
    told = [(one["LogicalResourceId"], one["ResourceStatus"]) for one in reversed(events)]
    assert [status for name, status in told if name == "New"] == ["CREATE_IN_PROGRESS", "CREATE_COMPLETE"]
    assert [status for name, status in told if name == "Old"][2:] == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    resource = formation.describe_stack_resource(StackName="adds", LogicalResourceId="New")["StackResourceDetail"]
    assert resource["ResourceStatus"] == "CREATE_COMPLETE"
    server.stack("adds", {"Resources": {"Old": parameter("b"), "New": parameter("c")}})
    last = formation.describe_stack_events(StackName="adds")["StackEvents"]
    assert next(one["ResourceStatus"] for one in last if one["LogicalResourceId"] == "New") == "UPDATE_COMPLETE"


def test_what_an_update_cannot_create_has_failed_to_be_created(server: LocalServer) -> None:
    server.stack("adds-bad", TEMPLATE)
    changed = copy.deepcopy(TEMPLATE)
    changed["Resources"]["Broken"] = BROKEN

    server.stack("adds-bad", changed)

    events = server.client("cloudformation").describe_stack_events(StackName="adds-bad")["StackEvents"]
    statuses = [one["ResourceStatus"] for one in events if one["LogicalResourceId"] == "Broken"]
    assert statuses == ["CREATE_FAILED", "CREATE_IN_PROGRESS"]
    assert "The following resource(s) failed to create: [Broken]. " in reasons(server, "adds-bad")


def test_a_creation_that_failed_says_what_it_takes_back(server: LocalServer) -> None:
    server.stack("creates-bad", {"Resources": {**TEMPLATE["Resources"], "Broken": BROKEN}})

    told = reasons(server, "creates-bad")
    assert "The following resource(s) failed to create: [Broken]. Rollback requested by user." in told


def test_tags_of_a_stack_reach_its_batch_resources(server: LocalServer) -> None:
    template = copy.deepcopy(TEMPLATE)
    template["Resources"]["Queue"]["Properties"]["Tags"] = {"team": "own"}
    tags = [{"Key": "team", "Value": "stack"}, {"Key": "cost", "Value": "42"}]

    outputs = server.outputs(server.stack("tagged", template, Tags=tags))

    batch = server.client("batch")
    assert batch.list_tags_for_resource(resourceArn=outputs["Queue"])["tags"] == {"team": "own", "cost": "42"}
    assert batch.list_tags_for_resource(resourceArn=outputs["Environment"])["tags"] == {"team": "stack", "cost": "42"}
