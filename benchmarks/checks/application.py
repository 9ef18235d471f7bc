"""A large application, as the CDK would write its templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

BLOCKS: Final = 10
"""Blocks of a template. A block has 50 resources, 20 of them job definitions and 2 state machines; CloudFormation takes
500 resources a template."""
WRONG_RULE: Final = "BW301"
"""The one rule that every block breaks, once: what was found says that the rules did their work."""

_JOBS: Final = 20
_MACHINES: Final = 2
_LOG_GROUPS: Final = 8
_ROLES: Final = 8

Resources = dict[str, dict[str, Any]]


def write_application(folder: Path, *, templates: int) -> list[Path]:
    """Write templates of 500 resources each into an empty folder; returns the files."""
    files = []
    for number in range(templates):
        file = folder / f"application-{number}.template.json"
        file.write_text(json.dumps({"Resources": _template()}, indent=1), encoding="utf-8")
        files.append(file)
    return files


def _template() -> Resources:
    resources: Resources = {}
    for block in range(BLOCKS):
        resources |= _block(f"B{block}")
    return resources


def _block(name: str) -> Resources:
    return {**_network(name), **_capacity(name), **_jobs(name), **_machines(name), **_others(name)}


def _network(name: str) -> Resources:
    routes = {
        f"{name}Table": _resource("EC2::RouteTable", VpcId="vpc-1"),
        f"{name}Route": _resource(
            "EC2::Route",
            RouteTableId=_ref(f"{name}Table"),
            DestinationCidrBlock="0.0.0.0/0",
            NatGatewayId="nat-1",
        ),
    }
    for zone in ("a", "b"):
        routes[f"{name}Subnet{zone}"] = _resource(
            "EC2::Subnet", VpcId="vpc-1", CidrBlock="10.0.0.0/24", AvailabilityZone=f"us-east-1{zone}"
        )
        routes[f"{name}Table{zone}"] = _resource(
            "EC2::SubnetRouteTableAssociation",
            SubnetId=_ref(f"{name}Subnet{zone}"),
            RouteTableId=_ref(f"{name}Table"),
        )
    return routes


def _capacity(name: str) -> Resources:
    shared = {
        "MaxvCpus": 256,
        "Subnets": [_ref(f"{name}Subnet{zone}") for zone in ("a", "b")],
        "SecurityGroupIds": ["sg-1"],
    }
    environments = {
        f"{name}Environment{number}": _resource(
            "Batch::ComputeEnvironment", Type="MANAGED", ComputeResources={"Type": kind, **shared}
        )
        for number, kind in enumerate(("FARGATE", "FARGATE_SPOT"))
    }
    order = [{"Order": place, "ComputeEnvironment": _ref(one)} for place, one in enumerate(environments, start=1)]
    queue = _resource("Batch::JobQueue", Priority=1, ComputeEnvironmentOrder=order, JobStateTimeLimitActions=[_limit()])
    template = _resource("EC2::LaunchTemplate", LaunchTemplateData={"MetadataOptions": {"HttpTokens": "required"}})
    return {**environments, f"{name}Queue": queue, f"{name}Hosts": template}


def _limit() -> dict[str, Any]:
    reason = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
    return {"Action": "CANCEL", "MaxTimeSeconds": 3600, "Reason": reason, "State": "RUNNABLE"}


def _jobs(name: str) -> Resources:
    sizes = (("0.5", "1024"), ("1", "4096"), ("2", "8192"), ("4", "16384"))
    # The last job of a block asks for a size that Fargate does not have.
    return {
        f"{name}Job{number}": _job(name, *(sizes[number % len(sizes)] if number < _JOBS - 1 else ("1", "1000")))
        for number in range(_JOBS)
    }


def _job(name: str, vcpus: str, memory: str) -> dict[str, Any]:
    container = {
        "Image": {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/jobs:1"},
        "Command": ["python", "-m", "job", "Ref::input"],
        "ExecutionRoleArn": _arn(f"{name}Role0"),
        "JobRoleArn": _arn(f"{name}Role1"),
        "Environment": [{"Name": "STAGE", "Value": "production"}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": {"awslogs-group": _ref(f"{name}Logs0")}},
        "ResourceRequirements": [{"Type": "VCPU", "Value": vcpus}, {"Type": "MEMORY", "Value": memory}],
        "RuntimePlatform": {"CpuArchitecture": "X86_64", "OperatingSystemFamily": "LINUX"},
    }
    rules = [{"Action": "RETRY", "OnStatusReason": "Host EC2*"}, {"Action": "EXIT", "OnReason": "*"}]
    return _resource(
        "Batch::JobDefinition",
        Type="container",
        PlatformCapabilities=["FARGATE"],
        Parameters={"input": "s3://bucket/key"},
        ContainerProperties=container,
        RetryStrategy={"Attempts": 3, "EvaluateOnExit": rules},
        Timeout={"AttemptDurationSeconds": 3600},
    )


def _machines(name: str) -> Resources:
    each = _JOBS // _MACHINES
    jobs = [[f"{name}Job{number}" for number in range(start, start + each)] for start in range(0, _JOBS, each)]
    return {f"{name}Machine{number}": _machine(name, group) for number, group in enumerate(jobs)}


def _machine(name: str, jobs: list[str]) -> dict[str, Any]:
    """A definition as the CDK writes it: one `Fn::Join` of text and of ARNs that are not known yet."""
    parts: list[Any] = ['{"StartAt":"' + jobs[0] + '","States":{']
    for job, following in zip(jobs, [*jobs[1:], None], strict=True):
        after = f'"Next":"{following}"' if following else '"End":true'
        parts += [
            f'"{job}":{{"Type":"Task",{after},"Resource":"arn:',
            _ref("AWS::Partition"),
            ':states:::batch:submitJob.sync","Parameters":{"JobName.$":"$.name","JobDefinition":"',
            _ref(job),
            '","JobQueue":"',
            _arn(f"{name}Queue", "JobQueueArn"),
            '","ContainerOverrides":{"Environment":[{"Name":"INPUT","Value.$":"$.input"}]}}}',
            "," if following else "}}",
        ]
    return _resource(
        "StepFunctions::StateMachine", RoleArn=_arn(f"{name}Role2"), DefinitionString={"Fn::Join": ["", parts]}
    )


def _others(name: str) -> Resources:
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}
    trust = {"Version": "2012-10-17", "Statement": [trusted]}
    # What `submitJob.sync` needs: the rule of EventBridge tells Step Functions that a job has ended.
    actions = [f"batch:{action}" for action in ("SubmitJob", "TerminateJob", "DescribeJobs", "TagResource")]
    actions += [f"events:{action}" for action in ("PutTargets", "PutRule", "DescribeRule")]
    started = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    rights = [{"PolicyName": "Jobs", "PolicyDocument": {"Version": "2012-10-17", "Statement": [started]}}]
    machine = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}
    roles = {f"{name}Role{number}": _resource("IAM::Role", AssumeRolePolicyDocument=trust) for number in range(_ROLES)}
    roles[f"{name}Role2"] = _resource(
        "IAM::Role",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [machine]},
        Policies=rights,
    )
    logs = {f"{name}Logs{number}": _resource("Logs::LogGroup", RetentionInDays=30) for number in range(_LOG_GROUPS)}
    topics = {f"{name}Topic{number}": _resource("SNS::Topic", DisplayName=name) for number in range(2)}
    return {**roles, **logs, **topics}


def _resource(kind: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def _arn(name: str, attribute: str = "Arn") -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}
