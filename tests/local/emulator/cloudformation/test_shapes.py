"""Job definitions of every shape, environments and consumable resources out of CloudFormation."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from support.local_server import LocalServer

Json = dict[str, Any]
SIZE = [{"Type": "VCPU", "Value": "1"}, {"Type": "MEMORY", "Value": "512"}]
TASK: Json = {
    "TaskRoleArn": "arn:aws:iam::123456789012:role/task",
    "IpcMode": "task",
    "EnableExecuteCommand": "true",
    "Volumes": [
        {"Name": "host", "Host": {"SourcePath": "/data"}},
        {
            "Name": "efs",
            "EfsVolumeConfiguration": {
                "FileSystemId": "fs-1",
                "TransitEncryption": "ENABLED",
                "AuthorizationConfig": {"AccessPointId": "ap-1", "Iam": "ENABLED"},
            },
        },
    ],
    "Containers": [
        {
            "Name": "main",
            "Image": "main",
            "ResourceRequirements": SIZE,
            "DependsOn": [{"ContainerName": "side", "Condition": "START"}],
            "MountPoints": [{"SourceVolume": "efs", "ContainerPath": "/efs", "ReadOnly": "true"}],
            "StartTimeout": "30",
            "LogConfiguration": {"LogDriver": "awsfirelens", "Options": {"Name": "s3", "Log_Group": "G"}},
            "RepositoryCredentials": {"CredentialsParameter": "arn:secret"},
        },
        {
            "Name": "side",
            "Image": "side",
            "Essential": "false",
            "ResourceRequirements": SIZE,
            "FirelensConfiguration": {"Type": "fluentbit", "Options": {"Enable-Ecs": "true"}},
        },
    ],
}
POD: Json = {
    "ServiceAccountName": "sa",
    "HostNetwork": "false",
    "ShareProcessNamespace": True,
    "ImagePullSecrets": [{"Name": "registry"}],
    "Metadata": {"Labels": {"App": "x"}, "Namespace": "jobs"},
    "InitContainers": [{"Name": "init", "Image": "i", "Resources": {"Limits": {"cpu": "0.25", "memory": "64Mi"}}}],
    "Containers": [
        {
            "Name": "main",
            "Image": "m",
            "Command": ["run"],
            "Args": ["x"],
            "Env": [{"Name": "A", "Value": "1"}],
            "Resources": {"Limits": {"cpu": "1", "memory": "512Mi", "nvidia.com/gpu": 1}, "Requests": {"cpu": "0.5"}},
            "SecurityContext": {"RunAsUser": "1000", "ReadOnlyRootFilesystem": "true"},
            "VolumeMounts": [{"Name": "empty", "MountPath": "/e", "SubPath": "s"}],
        }
    ],
    "Volumes": [{"Name": "empty", "EmptyDir": {"Medium": "Memory", "SizeLimit": "64Mi"}}],
}
NODES: Json = {
    "NumNodes": "3",
    "MainNode": 0,
    "NodeRangeProperties": [
        {"TargetNodes": "0:0", "Container": {"Image": "main", "ResourceRequirements": SIZE}},
        {
            "TargetNodes": "1:",
            "EcsProperties": {"TaskProperties": [TASK]},
            "InstanceTypes": ["c5.large"],
            "ConsumableResourceProperties": {
                "ConsumableResourceList": [{"ConsumableResource": {"Ref": "License"}, "Quantity": 2}]
            },
        },
    ],
}
LICENSE: Json = {
    "Type": "AWS::Batch::ConsumableResource",
    "Properties": {"TotalQuantity": 4, "ResourceType": "REPLENISHABLE"},
}


def template(**properties: Any) -> Json:  # noqa: ANN401
    definition = {"Type": "AWS::Batch::JobDefinition", "Properties": {"Type": "container", **properties}}
    return {
        "Resources": {"Definition": definition, "License": LICENSE},
        "Outputs": {
            "Definition": {"Value": {"Ref": "Definition"}},
            "License": {"Value": {"Fn::GetAtt": ["License", "ConsumableResourceArn"]}},
            "Available": {"Value": {"Fn::GetAtt": ["License", "AvailableQuantity"]}},
        },
    }


def described(server: LocalServer, name: str, **properties: Any) -> Json:  # noqa: ANN401
    outputs = server.outputs(server.stack(name, template(**properties)))
    batch = server.client("batch")
    (found,) = batch.describe_job_definitions(jobDefinitions=[outputs["Definition"]])["jobDefinitions"]
    return dict(found)


def test_a_task_of_several_containers(server: LocalServer) -> None:
    found = described(server, "several", EcsProperties={"TaskProperties": [TASK]})
    (task,) = found["ecsProperties"]["taskProperties"]
    main, side = task["containers"]
    assert (task["ipcMode"], task["enableExecuteCommand"]) == ("task", True)
    assert task["volumes"][1]["efsVolumeConfiguration"]["authorizationConfig"] == {
        "accessPointId": "ap-1",
        "iam": "ENABLED",
    }
    assert main["dependsOn"] == [{"containerName": "side", "condition": "START"}]
    assert main["mountPoints"] == [{"sourceVolume": "efs", "containerPath": "/efs", "readOnly": True}]
    assert main["logConfiguration"]["options"] == {"Name": "s3", "Log_Group": "G"}
    assert (main["startTimeout"], side["essential"]) == (30, False)
    assert side["firelensConfiguration"] == {"type": "fluentbit", "options": {"Enable-Ecs": "true"}}


def test_a_pod(server: LocalServer) -> None:
    found = described(server, "pod", EksProperties={"PodProperties": POD})
    pod = found["eksProperties"]["podProperties"]
    (main,), (init,) = pod["containers"], pod["initContainers"]
    assert found["containerOrchestrationType"] == "EKS"
    assert (pod["hostNetwork"], pod["shareProcessNamespace"], pod["serviceAccountName"]) == (False, True, "sa")
    assert pod["metadata"] == {"labels": {"App": "x"}, "namespace": "jobs"}
    assert pod["volumes"] == [{"name": "empty", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}]
    assert main["resources"]["limits"] == {"cpu": "1", "memory": "512Mi", "nvidia.com/gpu": "1"}
    assert main["securityContext"] == {"runAsUser": 1000, "readOnlyRootFilesystem": True}
    assert main["volumeMounts"] == [{"name": "empty", "mountPath": "/e", "subPath": "s"}]
    assert init["name"] == "init"


def test_nodes_and_the_resources_they_need(server: LocalServer) -> None:
    found = described(server, "nodes", Type="multinode", NodeProperties=NODES)
    nodes = found["nodeProperties"]
    first, second = nodes["nodeRangeProperties"]
    assert (found["type"], nodes["numNodes"], nodes["mainNode"]) == ("multinode", 3, 0)
    assert first["container"]["image"] == "main"
    assert second["ecsProperties"]["taskProperties"][0]["containers"][0]["name"] == "main"
    (need,) = second["consumableResourceProperties"]["consumableResourceList"]
    assert ":consumable-resource/" in need["consumableResource"]
    assert need["quantity"] == 2


def test_a_consumable_resource_is_updated_in_place_and_deleted(server: LocalServer) -> None:
    content = template(ContainerProperties={"Image": "i", "ResourceRequirements": SIZE})
    before = server.outputs(server.stack("license", content))
    assert before["Available"] in (4, "4")
    changed = copy.deepcopy(content)
    changed["Resources"]["License"]["Properties"]["TotalQuantity"] = 9
    after = server.outputs(server.stack("license", changed))
    assert after["License"] == before["License"]
    batch = server.client("batch")
    shown = batch.describe_consumable_resource(consumableResource=after["License"])
    assert (shown["totalQuantity"], shown["availableQuantity"]) == (9, 9)


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        (
            {
                "Type": "MANAGED",
                "ComputeResources": {
                    "Type": "ECS_MANAGED_INSTANCES",
                    "MaxvCpus": 8,
                    "ManagedInstancesProvider": {
                        "InfrastructureRoleArn": "arn:role",
                        "InstanceLaunchTemplate": {
                            "Ec2InstanceProfileArn": "arn:profile",
                            "NetworkConfiguration": {"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"]},
                        },
                    },
                },
            },
            "ECS",
        ),
        (
            {
                "Type": "MANAGED",
                "ComputeResources": {"Type": "EC2", "MaxvCpus": 8, "Subnets": ["subnet-1"]},
                "EksConfiguration": {
                    "EksClusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/c",
                    "KubernetesNamespace": "jobs",
                },
            },
            "EKS",
        ),
        ({"Type": "UNMANAGED", "ServiceRole": "arn:role", "UnmanagedvCpus": 4}, "ECS"),
    ],
)
def test_environments_of_other_kinds(server: LocalServer, properties: Json, kind: str) -> None:
    content = {
        "Resources": {"Environment": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}},
        "Outputs": {"Environment": {"Value": {"Ref": "Environment"}}},
    }
    outputs = server.outputs(server.stack("environment", content))
    batch = server.client("batch")
    (found,) = batch.describe_compute_environments(computeEnvironments=[outputs["Environment"]])["computeEnvironments"]
    assert found["containerOrchestrationType"] == kind
