"""Valid templates with AWS Batch in them, for the tests of the rule engine."""

from __future__ import annotations

import json
from typing import Any

from support.batch_parts import PARTITION, REGION, arn, environments, network, queues, requirements, resource, role


def definitions() -> dict[str, Any]:
    """Job definitions of every shape."""
    kind = "AWS::Batch::JobDefinition"
    container = {
        "Image": {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.amazonaws.com/app:1"},
        "Command": ["run", "Ref::input"],
        "Environment": [{"Name": "MODE", "Value": "fast"}],
        "JobRoleArn": arn("JobRole"),
        "ResourceRequirements": requirements("2", "4096"),
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-region": REGION}},
        "LinuxParameters": {"SharedMemorySize": 64, "MaxSwap": 256, "Swappiness": 60},
        "MountPoints": [{"ContainerPath": "/data", "SourceVolume": "data", "ReadOnly": True}],
        "Volumes": [{"Name": "data", "Host": {"SourcePath": "/data"}}],
        "Ulimits": [{"Name": "nofile", "SoftLimit": 1024, "HardLimit": 4096}],
    }
    serverless = {
        "Image": "public.ecr.aws/docker/library/busybox:1.37",
        "ExecutionRoleArn": arn("JobRole"),
        "ResourceRequirements": requirements("0.25", "512"),
        "NetworkConfiguration": {"AssignPublicIp": "ENABLED"},
        "RuntimePlatform": {"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"},
        "EphemeralStorage": {"SizeInGiB": 50},
    }
    task = {
        "ExecutionRoleArn": arn("JobRole"),
        "Containers": [
            {"Name": "main", "Image": "busybox", "Essential": True, "ResourceRequirements": requirements("1", "512")},
            {
                "Name": "first",
                "Image": "busybox",
                "Essential": False,
                "ResourceRequirements": requirements("1", "512"),
            },
        ],
    }
    task["Containers"][0]["DependsOn"] = [{"ContainerName": "first", "Condition": "SUCCESS"}]  # type: ignore[index]
    limits = {"cpu": "1", "memory": "2048Mi"}
    pod = {"Containers": [{"Name": "main", "Image": "busybox", "Resources": {"Limits": limits, "Requests": limits}}]}
    nodes = {
        "MainNode": 0,
        "NumNodes": 2,
        "NodeRangeProperties": [
            {
                "TargetNodes": "0:",
                "Container": {"Image": "busybox", "ResourceRequirements": requirements("8", "16384")},
            }
        ],
    }
    rules = [{"Action": "RETRY", "OnStatusReason": "Host EC2*"}, {"Action": "EXIT", "OnReason": "*"}]
    return {
        "JobRole": role("ecs-tasks.amazonaws.com", "AmazonECSTaskExecutionRolePolicy"),
        "Job": resource(
            kind,
            Type="container",
            JobDefinitionName="job",
            ContainerProperties=container,
            PlatformCapabilities=["EC2"],
            RetryStrategy={"Attempts": 3, "EvaluateOnExit": rules},
            Timeout={"AttemptDurationSeconds": 3600},
            Parameters={"input": "none"},
            Tags={"team": "a"},
        ),
        "Serverless": resource(
            kind,
            Type="container",
            ContainerProperties=serverless,
            PlatformCapabilities=["FARGATE"],
            SchedulingPriority=1,
        )
        | {"Metadata": {"batchwright": {"queue": arn("FairQueue", "JobQueueArn"), "architecture": "arm64"}}},
        "Several": resource(
            kind, Type="container", PlatformCapabilities=["EC2"], EcsProperties={"TaskProperties": [task]}
        ),
        "Pod": resource(kind, Type="container", EksProperties={"PodProperties": pod}),
        "Nodes": resource(kind, Type="multinode", NodeProperties=nodes),
    }


def submitters() -> dict[str, Any]:
    """A state machine, a rule, a schedule and a pipe that submit jobs."""
    submit = {
        "Type": "Task",
        "Resource": "arn:${Partition}:states:::batch:submitJob.sync",
        "Parameters": {
            "JobName": "run",
            "JobDefinition": "${Job}",
            "JobQueue": "${Queue}",
            "ArrayProperties": {"Size": 10},
            "ContainerOverrides": {"Environment": [{"Name": "A", "Value.$": "$.a"}]},
        },
        "End": True,
    }
    machine = {"StartAt": "All", "States": {"All": {"Type": "Parallel", "End": True, "Branches": []}}}
    machine["States"]["All"]["Branches"] = [{"StartAt": "Run", "States": {"Run": submit}}]  # type: ignore[index]
    allowed = {"Effect": "Allow", "Action": ["batch:*", "events:*"], "Resource": "*"}
    own = role("states.amazonaws.com")
    own["Properties"]["Policies"] = [{"PolicyName": "all", "PolicyDocument": {"Statement": [allowed]}}]
    batch = {"JobName": "run", "JobDefinition": {"Ref": "Job"}}
    queue = arn("Queue", "JobQueueArn")
    text = ['{"JobName":"run","JobDefinition":"', {"Ref": "Job"}, '","JobQueue":"', queue, '"}']
    return {
        "MachineRole": own,
        "Machine": resource(
            "AWS::StepFunctions::StateMachine",
            RoleArn=arn("MachineRole"),
            DefinitionString=json.dumps(machine),
            DefinitionSubstitutions={"Job": {"Ref": "Job"}, "Queue": queue, "Partition": PARTITION},
        ),
        "Rule": resource(
            "AWS::Events::Rule",
            ScheduleExpression="rate(1 day)",
            Targets=[{"Id": "job", "Arn": queue, "RoleArn": arn("MachineRole"), "BatchParameters": batch}],
        ),
        "Schedule": resource(
            "AWS::Scheduler::Schedule",
            ScheduleExpression="rate(1 day)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": "arn:aws:scheduler:::aws-sdk:batch:submitJob",
                "RoleArn": arn("MachineRole"),
                "Input": {"Fn::Join": ["", text]},
            },
        ),
        "Pipe": resource(
            "AWS::Pipes::Pipe",
            RoleArn=arn("MachineRole"),
            Source=arn("Messages"),
            Target=queue,
            TargetParameters={"BatchJobParameters": {**batch, "Parameters": {"input": "$.body"}}},
        ),
        "Messages": resource("AWS::SQS::Queue"),
    }


def rich_template() -> dict[str, Any]:
    """A valid template with every part that rules look at."""
    resources = {**network(), **environments(), **queues(), **definitions(), **submitters()}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {"Stage": {"Type": "String", "Default": "dev"}},
        "Conditions": {"Dev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}},
        "Mappings": {"Sizes": {"dev": {"Vcpus": 2}}},
        "Resources": resources,
        "Outputs": {"QueueArn": {"Value": arn("Queue", "JobQueueArn"), "Export": {"Name": "queue"}}},
    }


def large_template(resources: int) -> dict[str, Any]:
    """A valid template with so many resources: two in five are job definitions, one in 25 a state machine."""
    made = {**network(), **environments(), **queues(), **definitions(), **submitters()}
    job, machine = made["Job"], made["Machine"]
    for number in range(resources * 2 // 5):
        properties = {**job["Properties"], "JobDefinitionName": f"job-{number}"}
        made[f"Job{number}"] = {**job, "Properties": properties}
    for number in range(resources // 25):
        values = {**machine["Properties"]["DefinitionSubstitutions"], "Job": {"Ref": f"Job{number}"}}
        made[f"Machine{number}"] = {
            **machine,
            "Properties": {**machine["Properties"], "DefinitionSubstitutions": values},
        }
    for number in range(resources - len(made)):
        made[f"Topic{number}"] = resource("AWS::SNS::Topic", DisplayName=f"Topic {number}")
    return {"Resources": made}
