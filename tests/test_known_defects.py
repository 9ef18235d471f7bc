"""Defects of aws-cdk-lib 2.275.0's own Batch constructs, each seen by synthesizing, that ours do not have."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Duration, Size
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from support.eks_parts import EksQueue
from support.parts import environment_of, image_of, job_of, queue_of, vpc_of
from support.synthesis import Template, new_stack, synthesize

from batchwright import (
    AllocationStrategy,
    BatchStep,
    ConfigurationError,
    EksJob,
    FairShare,
    Instances,
    JobImage,
    JobQueue,
    LinuxParameters,
    MultiNodeJob,
    NodeGroup,
    Pipeline,
    PodContainer,
    RetryRule,
    RetryStrategy,
    Share,
    SubmitOptions,
    TaskContainer,
    Updates,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk

ENVIRONMENT = "AWS::Batch::ComputeEnvironment"


def refused(build: Callable[[cdk.Stack], object]) -> set[str]:
    """Build something wrong; returns the fields that the error names."""
    with pytest.raises(ConfigurationError) as caught:
        build(new_stack())
    return {problem.field for problem in caught.value.problems}


# 1. Without a version Batch takes $Default, and an edited template never reaches the hosts.
def test_the_launch_template_is_named_with_its_latest_version() -> None:
    stack = new_stack()
    environment_of(stack, "EC2")

    template = synthesize(stack).only(ENVIRONMENT)["ComputeResources"]["LaunchTemplate"]
    assert template["Version"]["Fn::GetAtt"][1] == "LatestVersionNumber"


# 2. The L2 refuses its own `default_instance_classes` unless `optimal` is there too.
@pytest.mark.parametrize(
    ("instances", "classes"), [(Instances.x86(), ["default_x86_64"]), (Instances.graviton(), ["default_arm64"])]
)
def test_batchs_own_classes_stand_alone(instances: Instances, classes: list[str]) -> None:
    stack = new_stack()
    environment_of(stack, "EC2", instances=instances)

    assert synthesize(stack).only(ENVIRONMENT)["ComputeResources"]["InstanceTypes"] == classes


# 3. The L2 puts `optimal`, which is x86-64, beside Graviton types.
def test_architectures_never_mix() -> None:
    stack = new_stack()
    environment_of(stack, "EC2", instances=Instances.of("m6g"))

    assert synthesize(stack).only(ENVIRONMENT)["ComputeResources"]["InstanceTypes"] == ["m6g"]
    with pytest.raises(ConfigurationError, match="types"):
        Instances.of("m6g", "optimal")


# 4. An update of a Fargate environment with an update policy fails.
@pytest.mark.parametrize("kind", ["FARGATE", "FARGATE_SPOT"])
def test_a_fargate_environment_has_no_update_policy(kind: str) -> None:
    stack = new_stack()
    environment_of(stack, kind)

    assert not {"UpdatePolicy", "ReplaceComputeEnvironment"} & synthesize(stack).only(ENVIRONMENT).keys()


# 5. Its Spot Fleet role can do nothing.
def test_the_spot_fleet_role_may_tag_and_launch() -> None:
    stack = new_stack()
    environment_of(stack, "SPOT", strategy=AllocationStrategy.BEST_FIT, updates=Updates(replace=True))

    template = synthesize(stack)
    role = template.only(ENVIRONMENT)["ComputeResources"]["SpotIamFleetRole"]["Fn::GetAtt"][0]
    assert "AmazonEC2SpotFleetTaggingRole" in str(template.resources[role]["Properties"]["ManagedPolicyArns"])


# 6. It crashes on an image of ECR.
def test_a_pod_runs_an_image_of_ecr() -> None:
    stack = new_stack()
    repository = ecr.Repository.from_repository_name(stack, "Images", "genomes")
    image = JobImage.from_repository(repository, tag="1.0")
    EksJob(
        stack, "Job", queue=EksQueue(), pod=PodContainer(image=image, vcpus=1, memory=Size.gibibytes(2))
    )  # fmt: skip

    pod = synthesize(stack).only("AWS::Batch::JobDefinition")["EksProperties"]["PodProperties"]
    assert "genomes:1.0" in str(pod["Containers"][0]["Image"])


# 7. Its step may submit every definition, and may neither follow nor end what it submits.
def test_a_step_may_submit_its_job_alone_and_follow_and_end_it() -> None:
    stack = new_stack()
    job = job_of(stack, "FARGATE")
    Pipeline(stack, "Pipeline", steps=BatchStep(job, options=SubmitOptions(tags={"run": "1"})))

    statements = _statements(synthesize(stack))
    allowed = {action for statement in statements for action in _listed(statement["Action"])}
    assert {"batch:SubmitJob", "batch:DescribeJobs", "batch:TerminateJob", "batch:TagResource"} <= allowed
    submit = next(each for each in statements if "batch:SubmitJob" in _listed(each["Action"]))
    assert "job-definition/*" not in str(submit["Resource"])


def _statements(template: Template) -> list[dict[str, Any]]:
    documents = [policy["PolicyDocument"] for policy in template.of_type("AWS::IAM::Policy").values()]
    for role in template.of_type("AWS::IAM::Role").values():
        documents += [policy["PolicyDocument"] for policy in role.get("Policies", [])]
    return [statement for document in documents for statement in document["Statement"]]


def _listed(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


# 8. What it grants ends with the next revision.
def test_a_grant_holds_for_the_next_revision() -> None:
    stack = new_stack()
    user = iam.Role(stack, "User", assumed_by=iam.AccountRootPrincipal())
    job_of(stack, "FARGATE").grant_submit(user)

    (policy,) = (
        each for key, each in synthesize(stack).of_type("AWS::IAM::Policy").items() if key.startswith("UserDefault")
    )
    resources = policy["PolicyDocument"]["Statement"][0]["Resource"]
    assert any(str(resource).rstrip("]}'\"").endswith(":*") for resource in resources)


# 9. It takes nodes on Fargate, gaps between the groups, and a main node that does not exist.
def test_a_multi_node_job_is_refused_on_fargate() -> None:
    assert "queue" in refused(lambda stack: _nodes(stack, queue_of(stack, "FARGATE")))


def test_there_are_no_gaps_between_node_groups() -> None:
    stack = new_stack()
    _nodes(stack, queue_of(stack, "EC2"), counts=(1, 3))

    nodes = synthesize(stack).only("AWS::Batch::JobDefinition")["NodeProperties"]
    assert nodes["NumNodes"] == 4
    assert [each["TargetNodes"] for each in nodes["NodeRangeProperties"]] == ["0:0", "1:"]


def test_a_main_node_that_does_not_exist_is_refused() -> None:
    assert "main_node" in refused(lambda stack: _nodes(stack, queue_of(stack, "EC2"), main_node=4))


def _nodes(stack: cdk.Stack, queue: JobQueue, *, counts: tuple[int, ...] = (1, 3), main_node: int = 0) -> MultiNodeJob:
    groups = [
        NodeGroup(nodes=count, runs=TaskContainer(image=image_of(), vcpus=1, memory=Size.gibibytes(2)))
        for count in counts
    ]
    return MultiNodeJob(stack, "Job", queue=queue, groups=groups, main_node=main_node)


# 10. All of these synthesize there.
def _mixed_queue(stack: cdk.Stack) -> JobQueue:
    kinds = ("FARGATE", "EC2")
    return JobQueue(stack, "Queue", environments=[environment_of(stack, kind, kind.title()) for kind in kinds])


def _five_environments(stack: cdk.Stack) -> JobQueue:
    environments = [environment_of(stack, "EC2", f"Environment{number}") for number in range(5)]
    return JobQueue(stack, "Queue", environments=environments)


def _rules(count: int) -> RetryStrategy:
    return RetryStrategy(attempts=2, rules=(RetryRule(action="EXIT", on_reason="*"),) * count)


WRONG: dict[str, tuple[Callable[[Any], object], str]] = {
    "Fargate and EC2 in one queue": (_mixed_queue, "environments"),
    "five environments": (_five_environments, "environments"),
    "20 attempts": (lambda stack: job_of(stack, "EC2", retries=RetryStrategy(attempts=20)), "attempts"),
    "a timeout of 5 s": (lambda stack: job_of(stack, "EC2", timeout=Duration.seconds(5)), "timeout"),
    "six rules": (lambda stack: job_of(stack, "EC2", retries=_rules(6)), "rules"),
    "priority 20000": (
        lambda stack: JobQueue(stack, "Queue", environments=[environment_of(stack, "EC2")], priority=20_000),
        "priority",
    ),
    "a reserved variable": (lambda stack: job_of(stack, "EC2", environment={"AWS_BATCH_X": "1"}), "environment"),
    "half a vCPU on EC2": (lambda stack: job_of(stack, "EC2", vcpus=0.5), "vcpus"),
    "1 MiB": (lambda stack: job_of(stack, "EC2", memory=Size.mebibytes(1)), "memory"),
    "3 vCPUs on Fargate": (lambda stack: job_of(stack, "FARGATE", vcpus=3, memory=Size.mebibytes(1000)), "vcpus"),
    "shared memory on Fargate": (
        lambda stack: job_of(stack, "FARGATE", linux=LinuxParameters(shared_memory=Size.mebibytes(64))),
        "shared_memory",
    ),
    "0.3 vCPUs of a pod": (lambda stack: _pod(stack, 0.3), "vcpus"),
    "GPUs without any": (lambda stack: job_of(stack, "EC2", gpus=1), "gpus"),
    "a reservation of 120 %": (lambda _: FairShare(reservation_percentage=120), "reservation_percentage"),
    "a decay of 30 days": (lambda _: FairShare(decay=Duration.days(30)), "decay"),
    "shares that overlap": (lambda _: FairShare(shares=[Share("a*"), Share("ab")]), "shares"),
}


def _pod(stack: cdk.Stack, vcpus: float) -> EksJob:
    container = PodContainer(image=image_of(), vcpus=vcpus, memory=Size.gibibytes(2))
    return EksJob(stack, "Job", queue=EksQueue(), pod=container)


@pytest.mark.parametrize("name", WRONG)
def test_what_aws_refuses_or_never_runs_is_refused_here(name: str) -> None:
    build, field = WRONG[name]

    def with_queue(stack: cdk.Stack) -> object:
        made = build(stack)
        if isinstance(made, FairShare):
            JobQueue(stack, "Queue", environments=[environment_of(stack, "EC2")], fair_share=made)
        return made

    assert any(field in named for named in refused(with_queue)), name


def test_the_defects_are_still_there() -> None:
    """When one of these fails, the CDK has mended it: say so in the documentation."""
    stack = new_stack()
    vpc = vpc_of(stack)
    batch.ManagedEc2EcsComputeEnvironment(
        stack,
        "Own",
        vpc=vpc,
        instance_types=[ec2.InstanceType("m6g.large")],
        launch_template=ec2.LaunchTemplate(stack, "Template"),
    )
    batch.FargateComputeEnvironment(stack, "Fargate", vpc=vpc)
    batch.EcsJobDefinition(
        stack,
        "Job",
        retry_attempts=10,
        timeout=Duration.seconds(5),
        container=batch.EcsFargateContainerDefinition(
            stack, "Container", image=ecs.ContainerImage.from_registry("x"), cpu=3, memory=Size.mebibytes(1000)
        ),
    )

    template = synthesize(stack)
    own, fargate = template.of_type(ENVIRONMENT).values()
    assert "Version" not in own["ComputeResources"]["LaunchTemplate"]
    assert "optimal" in own["ComputeResources"]["InstanceTypes"]
    assert fargate["UpdatePolicy"] == {}
    assert template.only("AWS::Batch::JobDefinition")["Timeout"]["AttemptDurationSeconds"] < math.inf
