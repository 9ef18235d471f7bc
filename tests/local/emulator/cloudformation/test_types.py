from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from batchwright.local.emulator.cloudformation.recorded import RECORDED_TYPES

if TYPE_CHECKING:
    from support.local_server import LocalServer

NETWORK: dict[str, Any] = {
    "Resources": {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.1.0.0/16"}},
        "Subnet": {
            "Type": "AWS::EC2::Subnet",
            "Properties": {"VpcId": {"Ref": "Vpc"}, "CidrBlock": "10.1.0.0/24", "AvailabilityZone": "us-east-1a"},
        },
        "Address": {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc"}},
        "Nat": {
            "Type": "AWS::EC2::NatGateway",
            "Properties": {
                "SubnetId": {"Ref": "Subnet"},
                "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]},
            },
        },
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "jobs", "VpcId": {"Ref": "Vpc"}},
        },
        "Ingress": {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": {
                "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                "IpProtocol": "tcp",
                "FromPort": 2049,
                "ToPort": 2049,
                "SourceSecurityGroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
                "Description": "NFS",
            },
        },
        "Endpoint": {
            "Type": "AWS::EC2::VPCEndpoint",
            "Properties": {
                "VpcId": {"Ref": "Vpc"},
                "ServiceName": "com.amazonaws.us-east-1.ecr.api",
                "VpcEndpointType": "Interface",
                "SubnetIds": [{"Ref": "Subnet"}],
                "SecurityGroupIds": [{"Fn::GetAtt": ["Group", "GroupId"]}],
                "PrivateDnsEnabled": True,
            },
        },
        "Together": {"Type": "AWS::EC2::PlacementGroup", "Properties": {"Strategy": "cluster"}},
    },
    "Outputs": {
        "Cidr": {"Value": {"Fn::GetAtt": ["Vpc", "CidrBlock"]}},
        "Nat": {"Value": {"Ref": "Nat"}},
        "Address": {"Value": {"Ref": "Address"}},
        "Group": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}},
        "Together": {"Value": {"Ref": "Together"}},
    },
}


def test_network_types_are_made_over_the_api_and_deleted(server: LocalServer) -> None:
    stack = server.stack("network", NETWORK)
    outputs = server.outputs(stack)
    ec2 = server.client("ec2")

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert outputs["Cidr"] == "10.1.0.0/16"
    assert ec2.describe_addresses(PublicIps=[outputs["Address"]])["Addresses"]
    nat = ec2.describe_nat_gateways(NatGatewayIds=[outputs["Nat"]])["NatGateways"][0]
    assert nat["State"] in ("pending", "available")
    rules = ec2.describe_security_groups(GroupIds=[outputs["Group"]])["SecurityGroups"][0]["IpPermissions"]
    assert [(rule["FromPort"], rule["UserIdGroupPairs"][0]["GroupId"]) for rule in rules] == [(2049, outputs["Group"])]
    assert ec2.describe_placement_groups(GroupNames=[outputs["Together"]])["PlacementGroups"]

    formation = server.client("cloudformation")
    formation.delete_stack(StackName="network")
    formation.get_waiter("stack_delete_complete").wait(
        StackName="network", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    assert [entry for entry in ec2.describe_addresses()["Addresses"] if entry["PublicIp"] == outputs["Address"]] == []


def test_a_recorded_type_deploys_with_one_warning(server: LocalServer, caplog: pytest.LogCaptureFixture) -> None:
    archive = {"Type": "AWS::Events::Archive", "Properties": {"SourceArn": "arn:aws:events:us-east-1:1:event-bus/b"}}
    template = {
        "Resources": {"First": archive, "Second": archive},
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["First", "Arn"]}}},
    }

    with caplog.at_level(logging.WARNING, "batchwright.local"):
        stack = server.stack("recorded", template)

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert server.outputs(stack)["Arn"].startswith("arn:aws:events:us-east-1:123456789012:archive/recorded-First-")
    warnings = [entry.getMessage() for entry in caplog.records if "AWS::Events::Archive" in entry.getMessage()]
    assert len(warnings) == 1


def test_an_unknown_type_is_refused(server: LocalServer) -> None:
    template = {"Resources": {"Thing": {"Type": "AWS::Batch::Toaster", "Properties": {}}}}

    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::Batch::Toaster\]"):
        server.client("cloudformation").create_stack(StackName="unknown", TemplateBody=json.dumps(template))


def test_a_bucket_keeps_its_tags(server: LocalServer) -> None:
    def template(tags: list[dict[str, str]]) -> dict[str, Any]:
        return {
            "Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "t-a-g", "Tags": tags}}}
        }

    server.stack("tags", template([{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]))
    first = server.client("s3").get_bucket_tagging(Bucket="t-a-g")["TagSet"]
    server.stack("tags", template([{"Key": "team", "Value": "search"}]))
    second = server.client("s3").get_bucket_tagging(Bucket="t-a-g")["TagSet"]

    assert first == [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]
    assert second == [{"Key": "team", "Value": "search"}]


def test_a_secret_is_known_by_its_arn(server: LocalServer) -> None:
    def template(text: str) -> dict[str, Any]:
        secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": text}}
        return {"Resources": {"Secret": secret}, "Outputs": {"Ref": {"Value": {"Ref": "Secret"}}}}

    secrets = server.client("secretsmanager")
    arn = server.outputs(server.stack("secret", template("one")))["Ref"]
    assert arn.startswith("arn:aws:secretsmanager:")
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "one"

    assert server.outputs(server.stack("secret", template("two")))["Ref"] == arn
    assert secrets.get_secret_value(SecretId=arn)["SecretString"] == "two"

    server.client("cloudformation").delete_stack(StackName="secret")
    server.client("cloudformation").get_waiter("stack_delete_complete").wait(StackName="secret")
    assert secrets.list_secrets()["SecretList"] == []


def test_every_recorded_type_is_documented_and_warns_once(
    server: LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    documented = (Path(__file__).parents[4] / "docs" / "local-aws.md").read_text(encoding="utf-8")
    _, _, listed = documented.partition("## Types that are only recorded")
    resources = {
        f"{which}{number}": {"Type": name}
        for number, name in enumerate(RECORDED_TYPES)
        for which in ("First", "Second")
    }

    with caplog.at_level(logging.WARNING, "batchwright.local.cloudformation"):
        stack = server.stack("all-recorded", {"Resources": resources})

    assert stack["StackStatus"] == "CREATE_COMPLETE"
    warned = [record.getMessage().split(" is only")[0] for record in caplog.records if "only recorded" in record.msg]
    assert len(warned) == len(set(warned))
    # A type that an earlier test of this server deployed has warned before.
    assert set(RECORDED_TYPES) - set(warned) <= {"AWS::Events::Archive"}
    assert re.findall(r"`(AWS::\w+::\w+)`", listed) == list(RECORDED_TYPES)
