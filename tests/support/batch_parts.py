"""Valid parts of templates: networks, environments, queues; the rest is in `batch_templates`."""

from __future__ import annotations

from typing import Any

EVERYWHERE = "0.0.0.0/0"
PARTITION, REGION = {"Ref": "AWS::Partition"}, {"Ref": "AWS::Region"}


def resource(kind: str, **properties: object) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def arn(logical_id: str, attribute: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [logical_id, attribute]}


def role(service: str, *policies: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    arns = [{"Fn::Join": ["", ["arn:", PARTITION, f":iam::aws:policy/service-role/{name}"]]} for name in policies]
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust, ManagedPolicyArns=arns)


def requirements(vcpus: str, memory: str) -> list[dict[str, str]]:
    return [{"Type": "VCPU", "Value": vcpus}, {"Type": "MEMORY", "Value": memory}]


def network() -> dict[str, Any]:
    """A VPC with two public subnets."""
    found = {
        "Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16", EnableDnsHostnames=True, EnableDnsSupport=True),
        "Gateway": resource("AWS::EC2::InternetGateway"),
        "Attached": resource(
            "AWS::EC2::VPCGatewayAttachment", VpcId={"Ref": "Vpc"}, InternetGatewayId={"Ref": "Gateway"}
        ),
        "Table": resource("AWS::EC2::RouteTable", VpcId={"Ref": "Vpc"}),
        "Way": resource(
            "AWS::EC2::Route",
            RouteTableId={"Ref": "Table"},
            DestinationCidrBlock=EVERYWHERE,
            GatewayId={"Ref": "Gateway"},
        ),
        "Group": resource("AWS::EC2::SecurityGroup", VpcId={"Ref": "Vpc"}, GroupDescription="Hosts of jobs"),
    }
    for number in (0, 1):
        zone = {"Fn::Select": [number, {"Fn::GetAZs": ""}]}
        found[f"Subnet{number}"] = resource(
            "AWS::EC2::Subnet",
            VpcId={"Ref": "Vpc"},
            CidrBlock=f"10.0.{number}.0/24",
            AvailabilityZone=zone,
            MapPublicIpOnLaunch=True,
        )
        found[f"Association{number}"] = resource(
            "AWS::EC2::SubnetRouteTableAssociation",
            SubnetId={"Ref": f"Subnet{number}"},
            RouteTableId={"Ref": "Table"},
        )
    return found


SUBNETS = [{"Ref": "Subnet0"}, {"Ref": "Subnet1"}]
USER_DATA = """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="==part=="

--==part==
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
echo ${AWS::Region}
--==part==--
"""


def environments() -> dict[str, Any]:
    """An On-Demand, a Spot and a Fargate environment, with what they need."""
    hosts = {
        "MinvCpus": 0,
        "MaxvCpus": 256,
        "InstanceTypes": ["m7i.2xlarge", "c7i.2xlarge"],
        "InstanceRole": arn("Profile"),
        "Subnets": SUBNETS,
        "SecurityGroupIds": [arn("Group", "GroupId")],
        "LaunchTemplate": {"LaunchTemplateId": {"Ref": "Hosts"}, "Version": arn("Hosts", "LatestVersionNumber")},
        "Ec2Configuration": [{"ImageType": "ECS_AL2023"}],
    }
    spot = {**hosts, "Type": "SPOT", "AllocationStrategy": "SPOT_PRICE_CAPACITY_OPTIMIZED"}
    on_demand = {**hosts, "Type": "EC2", "AllocationStrategy": "BEST_FIT_PROGRESSIVE"}
    fargate = {
        "Type": "FARGATE",
        "MaxvCpus": 64,
        "Subnets": SUBNETS,
        "SecurityGroupIds": [arn("Group", "GroupId")],
    }
    kind = "AWS::Batch::ComputeEnvironment"
    return {
        "HostRole": role("ec2.amazonaws.com", "AmazonEC2ContainerServiceforEC2Role"),
        "Profile": resource("AWS::IAM::InstanceProfile", Roles=[{"Ref": "HostRole"}]),
        "Hosts": resource(
            "AWS::EC2::LaunchTemplate", LaunchTemplateData={"UserData": {"Fn::Base64": {"Fn::Sub": USER_DATA}}}
        ),
        "OnDemand": resource(kind, Type="MANAGED", State="ENABLED", ComputeResources=on_demand),
        "Spot": resource(kind, Type="managed", State="ENABLED", ComputeResources=spot),
        "Fargate": resource(kind, Type="MANAGED", ComputeEnvironmentName="serverless", ComputeResources=fargate),
    }


def queues() -> dict[str, Any]:
    """A first-in-first-out queue on EC2, a fair-share one on Fargate."""
    kind = "AWS::Batch::JobQueue"
    order = [
        {"Order": 1, "ComputeEnvironment": {"Ref": "Spot"}},
        {"Order": 2, "ComputeEnvironment": arn_of("OnDemand")},
    ]
    share = {"ShareDecaySeconds": 600, "ShareDistribution": [{"ShareIdentifier": "team*", "WeightFactor": 0.5}]}
    limit = {
        "Action": "CANCEL",
        "MaxTimeSeconds": 7200,
        "Reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "State": "RUNNABLE",
    }
    return {
        "Queue": resource(
            kind, Priority=1, JobQueueName="main", ComputeEnvironmentOrder=order, JobStateTimeLimitActions=[limit]
        ),
        "Policy": resource("AWS::Batch::SchedulingPolicy", Name="fair", FairsharePolicy=share),
        "FairQueue": resource(
            kind,
            Priority=10,
            ComputeEnvironmentOrder=[{"Order": 1, "ComputeEnvironment": "serverless"}],
            SchedulingPolicyArn=arn("Policy"),
        ),
    }


def arn_of(environment: str) -> dict[str, Any]:
    return arn(environment, "ComputeEnvironmentArn")
