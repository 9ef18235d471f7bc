"""Jobs of several containers: what their templates say, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.fake_queues import PlainQueue, plain_queue
from support.job_shapes import container, multi_container_job, pod_queue
from support.pipelines import statements_of
from support.problems import fields, named, refused
from support.synthesis import new_stack, synthesize

from batchwright import (
    EfsVolume,
    FireLens,
    HostVolume,
    Instances,
    JobImage,
    JobSecret,
    LinuxParameters,
    LogDriver,
    Mount,
    OperatingSystem,
    ScratchVolume,
    TaskContainer,
)
from batchwright.contracts import Job
from batchwright.model import Architecture, Capacity, Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFINITION = "AWS::Batch::JobDefinition"
ROUTED = LogDriver(name="awsfirelens", options={"Name": "stdout"})
NO_BUCKET = FireLens(config_bucket="b", config_key="k")  # type: ignore[arg-type]
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-AbCdEf"


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


def task_of(stack: cdk.Stack) -> dict[str, Any]:
    (task,) = synthesize(stack).only(DEFINITION)["EcsProperties"]["TaskProperties"]
    return task


def problems_with(stack: cdk.Stack, *containers: TaskContainer, **options: Any) -> list[str]:  # noqa: ANN401
    return fields(refused(lambda: multi_container_job(stack, containers=list(containers), **options)))


def test_a_client_waits_for_its_server(stack: cdk.Stack) -> None:
    job = multi_container_job(stack)
    task = task_of(stack)
    model, agent = task["Containers"]
    assert (model["Name"], model["Essential"], "DependsOn" in model) == ("model", True, False)
    assert agent["DependsOn"] == [{"Condition": "START", "ContainerName": "model"}]
    assert isinstance(job, Job)
    assert (job.requirements.vcpus, job.requirements.memory_mib, job.requirements.gpus) == (2, 4096, 0)


def test_all_write_to_one_log_group_in_streams_of_their_own(stack: cdk.Stack) -> None:
    job = multi_container_job(stack)
    template = synthesize(stack)
    (group,) = template.of_type("AWS::Logs::LogGroup")
    for each in task_of(stack)["Containers"]:
        options = each["LogConfiguration"]["Options"]
        # ECS puts the container's name behind the prefix.
        assert (options["awslogs-group"], options["awslogs-stream-prefix"]) == ({"Ref": group}, "Job")
    assert job.log_group is not None


def test_containers_share_a_volume_that_both_mount(stack: cdk.Stack) -> None:
    shared, own = ScratchVolume(), ScratchVolume()
    multi_container_job(
        stack,
        containers=[
            container(name="a", mounts=[Mount(shared, "/data"), Mount(own, "/own")]),
            container(name="b", mounts=[Mount(shared, "/data", read_only=True)]),
        ],
    )
    task = task_of(stack)
    assert [volume["Name"] for volume in task["Volumes"]] == ["volume1", "volume2"]
    points = [[point["SourceVolume"] for point in each["MountPoints"]] for each in task["Containers"]]
    assert points == [["volume1", "volume2"], ["volume1"]]


def test_each_container_has_its_registry_its_secrets_and_its_gpus(stack: cdk.Stack) -> None:
    login = secretsmanager.Secret.from_secret_complete_arn(stack, "Login", SECRET)
    image = JobImage.from_registry("registry.example.com/team/app:1", credentials=login)
    multi_container_job(
        stack,
        queue=plain_queue(Platform.EC2, instance_types=("g6",)),
        containers=[
            container(name="a", image=image, gpus=1),
            container(name="b", secrets={"TOKEN": JobSecret.from_secrets_manager(login, field="token")}),
        ],
    )
    first, second = task_of(stack)["Containers"]
    assert first["RepositoryCredentials"] == {"CredentialsParameter": SECRET}
    assert {"Type": "GPU", "Value": "1"} in first["ResourceRequirements"]
    assert second["Secrets"] == [{"Name": "TOKEN", "ValueFrom": f"{SECRET}:token::"}]
    assert "RepositoryCredentials" not in second
    template = synthesize(stack)
    reading = [each for each in statements_of(template) if "secretsmanager:GetSecretValue" in each["Action"]]
    assert {each["Resource"] for each in reading} == {SECRET}


def test_a_router_takes_the_logs_of_the_others(stack: cdk.Stack) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "configuration")
    router = container(name="router", firelens=FireLens(config_bucket=bucket, config_key="x.conf"))
    multi_container_job(stack, containers=[router, container(name="app", log_driver=ROUTED)])
    first, second = task_of(stack)["Containers"]
    assert first["FirelensConfiguration"]["Type"] == "fluentbit"
    assert first["FirelensConfiguration"]["Options"]["enable-ecs-log-metadata"] == "true"
    assert first["FirelensConfiguration"]["Options"]["config-file-type"] == "s3"
    assert first["LogConfiguration"]["LogDriver"] == "awslogs"
    assert second["LogConfiguration"] == {"LogDriver": "awsfirelens", "Options": {"Name": "stdout"}}
    actions = {each["Action"]: each["Resource"] for each in statements_of(synthesize(stack)) if "s3" in str(each)}
    assert actions == {
        "s3:GetObject": "arn:aws:s3:::configuration/x.conf",
        "s3:GetBucketLocation": "arn:aws:s3:::configuration",
    }


def test_no_log_group_when_nothing_goes_there(stack: cdk.Stack) -> None:
    splunk = LogDriver(name="splunk", options={"splunk-url": "https://splunk.example.com"})
    job = multi_container_job(stack, containers=[container(name="a", log_driver=splunk)])
    assert job.log_group is None
    assert not synthesize(stack).of_type("AWS::Logs::LogGroup")


def test_fargate_has_its_network_its_platform_and_no_host(stack: cdk.Stack) -> None:
    multi_container_job(stack, queue=plain_queue(Platform.FARGATE), pid_mode="task")
    task = task_of(stack)
    assert task["NetworkConfiguration"] == {"AssignPublicIp": "DISABLED"}
    assert (task["PlatformVersion"], task["PidMode"]) == ("LATEST", "task")
    assert task["RuntimePlatform"]["CpuArchitecture"] == "X86_64"


def test_a_grant_goes_to_the_role_of_the_programs(stack: cdk.Stack) -> None:
    job = multi_container_job(stack)
    s3.Bucket.from_bucket_name(stack, "Bucket", "data").grant_read(job)
    job.grant_submit(iam.User(stack, "Caller"))
    found = statements_of(synthesize(stack))
    assert any("s3:GetObject*" in each["Action"] for each in found)
    assert any(each["Action"] == "batch:SubmitJob" for each in found)


@pytest.mark.parametrize(
    ("containers", "expected"),
    [
        ([], ["containers"]),
        ([container(name=f"c{number}") for number in range(11)], ["containers"]),
        ([container(name="a"), container(name="a")], ["containers"]),
        ([container(name="a b")], ["containers[0].name"]),
        ([container(essential=False)], ["containers[*].essential"]),
        ([container(depends_on={"b": "START"})], ["containers[0].depends_on"]),
        ([container(depends_on={"main": "START"})], ["containers[*].depends_on"]),
        (
            [container(name="a"), container(name="b", depends_on={"a": "SUCCESS"})],
            ["containers[1].depends_on['a'].condition"],
        ),
        (
            [container(name="a"), container(name="b", depends_on={"a": "HEALTHY"})],
            ["containers[1].depends_on['a']"],
        ),
        ([container(stop_timeout=cdk.Duration.seconds(1))], ["containers[0].stop_timeout"]),
        ([container(start_timeout=cdk.Duration.millis(2_500))], ["containers[0].start_timeout"]),
        ([container(log_driver=ROUTED)], ["containers[0].log_driver"]),
        ([container(log_driver=ROUTED, firelens=FireLens())], ["containers[0].log_driver"]),
        ([container(name=name, firelens=FireLens()) for name in "ab"], ["containers"]),
        ([container(firelens=FireLens(config_key="x"))], ["containers[0].firelens.config_bucket"]),
        ([container(firelens=FireLens(config_file=""))], ["containers[0].firelens.config_file"]),
        ([container(firelens=FireLens(config_file="x.conf"))], ["containers[0].firelens.config_file"]),
        (
            [
                container(name="a", image=JobImage.from_registry("a/b:1", architecture=None)),
                container(name="b", image=JobImage.from_registry("a/b:1", architecture="arm64")),
            ],
            ["containers[1].image"],
        ),
        ([container(firelens=FireLens(router="vector"))], ["containers[0].firelens.router"]),  # type: ignore[arg-type]
        ([container(vcpus=0)], ["containers[0].vcpus"]),
        ([container(vcpus=float("nan"))], ["containers[0].vcpus"]),
        ([container(memory=cdk.Size.mebibytes(1))], ["containers[0].memory"]),
        ([container(gpus=0.5)], ["containers[0].gpus"]),
        ([container(name="a", vcpus=200), container(name="b", vcpus=57)], ["containers[*].vcpus"]),
        ([container(environment={"AWS_BATCH_X": "1"})], ["containers[0].environment"]),
        ([container(command=["Ref::seed"])], ["parameters"]),
        ([container(environment={"LONG": "x" * 25_000})], ["job definition"]),
    ],
)
def test_refused_by_name(stack: cdk.Stack, containers: Sequence[TaskContainer], expected: list[str]) -> None:
    assert problems_with(stack, *containers) == expected


def test_two_architectures_do_not_share_a_host(stack: cdk.Stack) -> None:
    arm = JobImage.from_registry("a/b:1", architecture="arm64")
    assert problems_with(stack, container(name="a"), container(name="b", image=arm)) == ["containers"]


def test_two_systems_do_not_share_a_host(stack: cdk.Stack) -> None:
    windows = JobImage.from_registry("a/c:1", operating_system=OperatingSystem.WINDOWS_SERVER_2022_CORE)
    mixed = [container(name="a"), container(name="b", image=windows)]
    assert problems_with(stack, *mixed, queue=plain_queue(Platform.FARGATE)) == ["containers"]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"ipc_mode": "task"}, "ipc_mode"),
        ({"pid_mode": "host"}, "pid_mode"),
        ({"pid_mode": "all"}, "pid_mode"),
        ({"containers": [container(vcpus=0.25, memory=cdk.Size.gibibytes(4))]}, "containers[0].memory"),
        ({"containers": [container(name=name, vcpus=20) for name in "ab"]}, "containers[*].vcpus"),
        ({"containers": [container(gpus=1)]}, "containers[0].gpus"),
        ({"containers": [container(stop_timeout=cdk.Duration.minutes(3))]}, "containers[0].stop_timeout"),
        ({"containers": [container(mounts=[Mount(HostVolume("/a"), "/a")])]}, "containers[0].mounts[0].volume.path"),
        ({"containers": [container(linux=LinuxParameters(swappiness=1))]}, "containers[0].linux.swappiness"),
    ],
)
def test_fargate_lacks(stack: cdk.Stack, options: dict[str, Any], field: str) -> None:
    assert field in fields(refused(lambda: multi_container_job(stack, queue=plain_queue(Platform.FARGATE), **options)))


def test_several_containers_of_fargate_need_no_pair_of_the_table(stack: cdk.Stack) -> None:
    pair = [container(name=name, vcpus=3, memory=cdk.Size.mebibytes(2000)) for name in "ab"]
    multi_container_job(stack, queue=plain_queue(Platform.FARGATE), containers=pair)


def test_eks_has_pods(stack: cdk.Stack) -> None:
    error = refused(lambda: multi_container_job(stack, queue=pod_queue()))
    assert fields(error) == ["queue"]
    assert "EksJob" in str(error)


def test_a_log_group_that_nothing_is_written_to(stack: cdk.Stack) -> None:
    group = logs.LogGroup.from_log_group_name(stack, "Given", "/given")
    driver = LogDriver(name="json-file")
    assert problems_with(stack, container(log_driver=driver), log_group=group) == ["log_group"]


def test_a_firelens_bucket_on_fargate(stack: cdk.Stack) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "configuration")
    router = container(firelens=FireLens(config_bucket=bucket, config_key="x.conf"))
    assert problems_with(stack, router, queue=plain_queue(Platform.FARGATE)) == ["containers[0].firelens.config_bucket"]


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("containers", "image", "containers"),
        ("containers", None, "containers"),
        ("containers", ["image"], "containers[0]"),
        ("containers", [container(memory=2048)], "containers[0].memory"),
        ("containers", [container(name=1)], "containers[0].name"),
        ("containers", [container(essential=None)], "containers[0].essential"),
        ("containers", [container(depends_on=["a"])], "containers[0].depends_on"),
        ("containers", [container(stop_timeout=30)], "containers[0].stop_timeout"),
        ("containers", [container(log_driver="splunk")], "containers[0].log_driver"),
        ("containers", [container(firelens=True)], "containers[0].firelens"),
        ("containers", [container(environment=None)], "containers[0].environment"),
        ("containers", [container(mounts=[EfsVolume])], "containers[0].mounts[0]"),
        (
            "containers",
            [container(firelens=FireLens(config_bucket="b", config_key="k"))],
            "containers[0].firelens.config_bucket",
        ),
        ("queue", "q", "queue"),
        ("ipc_mode", 1, "ipc_mode"),
        ("timeout", 60, "timeout"),
        ("job_role", "role", "job_role"),
        ("ephemeral_storage", 100, "ephemeral_storage"),
    ],
)
def test_wrong_kinds(stack: cdk.Stack, option: str, value: object, field: str) -> None:
    assert fields(refused(lambda: multi_container_job(stack, **{option: value}))) == [field]


def test_what_is_known_only_at_deployment_is_not_judged(stack: cdk.Stack) -> None:
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    open_container = container(
        vcpus=number, memory=cdk.Size.mebibytes(number), stop_timeout=cdk.Duration.seconds(number)
    )
    job = multi_container_job(stack, containers=[open_container, container(name="b", essential=False)])
    assert (job.requirements.vcpus, job.requirements.memory_mib) == (None, None)
    assert task_of(stack)["Containers"][0]["StopTimeout"] == {"Ref": "Number"}


NAMES = st.sampled_from(["main", "side", "third"])
CONDITIONS = st.sampled_from(["START", "COMPLETE", "SUCCESS"])
CONTAINERS = st.builds(
    container,
    name=NAMES,
    vcpus=st.sampled_from([0.25, 1, 2, 64]),
    memory=st.sampled_from([2, 512, 2048, 60_000]).map(cdk.Size.mebibytes),
    gpus=st.sampled_from([0, 0, 1]),
    essential=st.booleans(),
    depends_on=st.dictionaries(NAMES, CONDITIONS, max_size=2),
    stop_timeout=st.sampled_from([None, cdk.Duration.seconds(1), cdk.Duration.seconds(200)]),
    firelens=st.sampled_from([None, None, FireLens()]),
    log_driver=st.sampled_from([LogDriver(), LogDriver(), ROUTED]),
    image=st.sampled_from(Architecture).map(lambda each: JobImage.from_registry("a/b:1", architecture=each)),
    mounts=st.sampled_from([(), (Mount(ScratchVolume(), "/scratch"),)]),
)
QUEUES = st.sampled_from(
    [
        plain_queue(Platform.EC2),
        plain_queue(Platform.EC2, instance_types=Instances.of("g6").types),
        plain_queue(Platform.FARGATE),
        plain_queue(Platform.MANAGED_INSTANCES),
        PlainQueue((Capacity("EC2", Platform.EC2, 256, Architecture.ARM64),)),
    ]
)


@given(st.lists(CONTAINERS, min_size=1, max_size=3), QUEUES, st.sampled_from([None, "task", "host"]))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_accepted_or_named(containers: list[TaskContainer], queue: PlainQueue, mode: Any) -> None:  # noqa: ANN401
    stack = new_stack()
    found = named(lambda: multi_container_job(stack, containers=containers, queue=queue, ipc_mode=mode))
    names = [each.name for each in containers]
    if len(set(names)) < len(names):
        assert "containers" in found
    if not any(each.essential for each in containers):
        assert "containers[*].essential" in found
    if mode and queue.platform is Platform.FARGATE:
        assert "ipc_mode" in found
    if not found:
        template = synthesize(stack)
        assert not schema_problems(template.body)
        assert not api_problems("RegisterJobDefinition", template.only(DEFINITION), jobDefinitionName="name")
