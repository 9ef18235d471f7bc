"""What holds for every template of this repository, whatever it is for."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from support.containers import containers_of, pod_containers_of, tasks_of
from support.synthesis import Template, synthesize
from support.systems import stacks_of, systems

from batchwright.wildcards import WILDCARD_REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

POLICY_TYPES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role")
# The names of resources; a construct that sets one cannot be used twice, and its replacement fails.
NAMES = re.compile(
    r"^(BucketName|TableName|TopicName|QueueName|RoleName|PolicyName|FunctionName|StateMachineName|LogGroupName"
    r"|RepositoryName|JobDefinitionName|JobQueueName|ComputeEnvironmentName|LaunchTemplateName|InstanceProfileName"
    r"|GroupName|AliasName|Name)$"
)
# What the CDK cannot leave out, and names of other resources.
NOT_ITS_OWN = {
    ("AWS::IAM::Policy", "PolicyName"),
    ("AWS::EC2::FlowLog", "LogGroupName"),
    ("AWS::Lambda::Permission", "FunctionName"),
}
SECRET = re.compile(r"(?i)(secret|passw|token|credential|api_?key|private_?key)")
SECRET_VALUE = re.compile(
    r"A[KS]IA[0-9A-Z]{16}|-----BEGIN|eyJ[A-Za-z0-9_-]{20,}|\{\{resolve:(secretsmanager|ssm-secure)"
)


@cache
def templates_of(name: str) -> tuple[Template, ...]:
    return tuple(synthesize(stack) for stack in stacks_of(systems()[name]()))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    metafunc.parametrize("system", list(systems()))


def of_type(system: str, resource_type: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for template in templates_of(system):
        yield from template.of_type(resource_type).items()


def listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


def statements(system: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """All statements of identity policies, inline ones included."""
    for resource_type in POLICY_TYPES:
        for logical_id, properties in of_type(system, resource_type):
            documents = [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
            documents += [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
            for document in documents:
                for statement in document["Statement"]:
                    yield logical_id, statement


def test_only_listed_actions_are_allowed_everywhere(system: str) -> None:
    for logical_id, statement in statements(system):
        if "*" in listed(statement["Resource"]):
            unlisted = set(listed(statement["Action"])) - WILDCARD_REASONS.keys()
            assert not unlisted, f"{logical_id} allows {sorted(unlisted)} on every resource, for no listed reason"


def test_no_policy_allows_every_action_of_a_service(system: str) -> None:
    for logical_id, statement in statements(system):
        wide = [action for action in listed(statement["Action"]) if action == "*" or action.endswith(":*")]
        assert not wide or statement["Effect"] == "Deny", f"{logical_id} allows {wide}"


# What AWS keeps in step with its agents and services.
MANAGED_POLICIES = (
    "AmazonEC2ContainerServiceforEC2Role",
    "AmazonEC2SpotFleetTaggingRole",
    "AmazonECSInstanceRolePolicyForManagedInstances",
    "AmazonECSInfrastructureRolePolicyForManagedInstances",
    "AWSBatchServiceRole",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKS_CNI_Policy",
)


def test_managed_policies_are_those_that_batch_hosts_need(system: str) -> None:
    for logical_id, role in of_type(system, "AWS::IAM::Role"):
        for policy in role.get("ManagedPolicyArns", []):
            assert any(name in str(policy) for name in MANAGED_POLICIES), f"{logical_id} has {policy}"


def test_logs_are_not_kept_for_ever(system: str) -> None:
    for logical_id, group in of_type(system, "AWS::Logs::LogGroup"):
        assert group.get("RetentionInDays"), f"{logical_id} has no retention"


def test_buckets_are_closed_and_encrypted(system: str) -> None:
    policies = [policy for _, policy in of_type(system, "AWS::S3::BucketPolicy")]
    for logical_id, bucket in of_type(system, "AWS::S3::Bucket"):
        assert bucket["PublicAccessBlockConfiguration"] == {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        }, logical_id
        assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"], logical_id
        own = [policy for policy in policies if policy["Bucket"] == {"Ref": logical_id}]
        assert any(refuses_plain_http(policy) for policy in own), f"{logical_id} takes plain HTTP"


def refuses_plain_http(policy: dict[str, Any]) -> bool:
    return any(
        statement["Effect"] == "Deny"
        and statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport") == "false"
        for statement in policy["PolicyDocument"]["Statement"]
    )


def test_job_queues_have_time_limits(system: str) -> None:
    for logical_id, queue in of_type(system, "AWS::Batch::JobQueue"):
        reasons = {action["Reason"] for action in queue["JobStateTimeLimitActions"]}
        # Training jobs can be misconfigured in one way, and in a second one where there are quota shares.
        training = queue.get("JobQueueType") == "SAGEMAKER_TRAINING"
        assert len(reasons) == (3 if not training or "SchedulingPolicyArn" in queue else 2), logical_id


def test_jobs_are_bounded_retried_and_tagged(system: str) -> None:
    for logical_id, job in of_type(system, "AWS::Batch::JobDefinition"):
        assert job["Timeout"]["AttemptDurationSeconds"] >= 60, logical_id
        assert 1 <= job["RetryStrategy"]["Attempts"] <= 10, logical_id
        # Pods have neither: their tags are labels, and their log is the cluster's.
        on_ecs = list(containers_of(job))
        assert job.get("PropagateTags", False) is bool(on_ecs), logical_id
        assert all(container["LogConfiguration"]["LogDriver"] for container in on_ecs), logical_id


def test_topics_and_queues_are_encrypted_and_refuse_plain_http(system: str) -> None:
    for logical_id, topic in of_type(system, "AWS::SNS::Topic"):
        assert topic.get("KmsMasterKeyId"), f"{logical_id} is not encrypted"
        assert any(
            {"Ref": logical_id} in policy["Topics"] and refuses_plain_http(policy)
            for _, policy in of_type(system, "AWS::SNS::TopicPolicy")
        ), f"{logical_id} takes plain HTTP"
    for logical_id, queue in of_type(system, "AWS::SQS::Queue"):
        assert queue.get("SqsManagedSseEnabled") or queue.get("KmsMasterKeyId"), f"{logical_id} is not encrypted"
        assert any(
            {"Ref": logical_id} in policy["Queues"] and refuses_plain_http(policy)
            for _, policy in of_type(system, "AWS::SQS::QueuePolicy")
        ), f"{logical_id} takes plain HTTP"


def test_keys_are_rotated(system: str) -> None:
    for logical_id, key in of_type(system, "AWS::KMS::Key"):
        assert key["EnableKeyRotation"] is True, logical_id


def test_tables_are_encrypted_and_can_be_restored(system: str) -> None:
    for logical_id, table in of_type(system, "AWS::DynamoDB::Table"):
        assert table["SSESpecification"]["SSEEnabled"] is True, logical_id
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True, logical_id


def test_disks_are_encrypted_and_metadata_needs_a_token(system: str) -> None:
    for logical_id, template in of_type(system, "AWS::EC2::LaunchTemplate"):
        data = template["LaunchTemplateData"]
        assert all(mapping["Ebs"]["Encrypted"] for mapping in data["BlockDeviceMappings"]), logical_id
        assert data["MetadataOptions"]["HttpTokens"] == "required", logical_id


def test_nothing_is_open_to_the_world(system: str) -> None:
    for logical_id, group in of_type(system, "AWS::EC2::SecurityGroup"):
        for rule in group.get("SecurityGroupIngress", []):
            assert rule.get("CidrIp") != "0.0.0.0/0", logical_id
            assert rule.get("CidrIpv6") != "::/0", logical_id


def test_functions_log_to_a_group_of_their_own(system: str) -> None:
    groups = [function["LoggingConfig"]["LogGroup"]["Ref"] for _, function in of_type(system, "AWS::Lambda::Function")]
    assert len(groups) == len(set(groups))


def test_each_role_has_one_user(system: str) -> None:
    users: dict[str, list[str]] = {}
    for template in templates_of(system):
        for logical_id, resource in template.resources.items():
            for role in roles_of(resource.get("Properties", {})):
                users.setdefault(role, []).append(logical_id)
    # All groups of nodes of a job run with its one role.
    shared = {role: names for role, names in users.items() if len(set(names)) > 1}
    assert not shared


TASK_ROLES = ("JobRoleArn", "TaskRoleArn", "ExecutionRoleArn")


def roles_of(properties: dict[str, Any]) -> Iterator[str]:
    """Logical ids of the roles that a resource runs with."""
    of_tasks = [task.get(name) for task in tasks_of(properties) for name in TASK_ROLES]
    for role in (
        properties.get("Role"),
        properties.get("RoleArn"),
        properties.get("DeliverLogsPermissionArn"),
        *of_tasks,
    ):
        if isinstance(role, dict) and "Fn::GetAtt" in role:
            yield role["Fn::GetAtt"][0]


def test_no_resource_has_a_physical_name(system: str) -> None:
    for template in templates_of(system):
        for logical_id, resource in template.resources.items():
            named = [
                key
                for key in resource.get("Properties", {})
                if NAMES.match(key) and (resource["Type"], key) not in NOT_ITS_OWN
            ]
            assert not named, f"{logical_id} ({resource['Type']}) is named by {named}"


def test_no_secret_stands_in_a_variable(system: str) -> None:
    for logical_id, job in of_type(system, "AWS::Batch::JobDefinition"):
        of_ecs = [entry for container in containers_of(job) for entry in container.get("Environment", [])]
        of_pods = [entry for container in pod_containers_of(job) for entry in container.get("Env", [])]
        for entry in (*of_ecs, *of_pods):
            assert_no_secret(logical_id, entry["Name"], entry["Value"])
    for logical_id, function in of_type(system, "AWS::Lambda::Function"):
        for name, value in function.get("Environment", {}).get("Variables", {}).items():
            assert_no_secret(logical_id, name, value)


def assert_no_secret(logical_id: str, name: str, value: object) -> None:
    assert not SECRET.search(name), f"{logical_id} has a variable {name}"
    assert not SECRET_VALUE.search(str(value)), f"{logical_id} has a secret in {name}"


# Done by functions of this repository, in `lambdas/`.
OWN_RESOURCES = {"Custom::BatchEcsCluster", "Custom::BatchNamespaceAccess"}


def test_no_custom_resource_runs_code_that_nobody_asked_for(system: str) -> None:
    custom = [
        resource["Type"]
        for template in templates_of(system)
        for resource in template.resources.values()
        if (resource["Type"].startswith("Custom::") and resource["Type"] not in OWN_RESOURCES)
        or resource["Type"] == "AWS::CloudFormation::CustomResource"
    ]
    assert not custom
