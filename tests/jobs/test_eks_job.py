from __future__ import annotations

import dataclasses
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager
from support.annotations import warnings_of
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.eks_parts import EksQueue, eks_job, pod_container
from support.parts import image_of, queue_of
from support.pipelines import statements_of
from support.problems import fields, refused
from support.sample_parts.eks import full_pod
from support.synthesis import new_stack, synthesize

from batchwright import Architecture, JobImage
from batchwright.contracts import Job
from batchwright.jobs.eks.pod import Pod
from batchwright.jobs.eks.security import SecurityContext
from batchwright.jobs.eks.volumes import PodVolume
from batchwright.model import Platform

DEFINITION = "AWS::Batch::JobDefinition"
GIB = cdk.Size.gibibytes(1)


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


def pod_of(stack: cdk.Stack) -> dict[str, Any]:
    properties: dict[str, Any] = synthesize(stack).only(DEFINITION)["EksProperties"]["PodProperties"]
    return properties


def test_a_container_is_a_pod_of_it_alone(stack: cdk.Stack) -> None:
    job = eks_job(stack)
    definition = synthesize(stack).only(DEFINITION)
    (container,) = definition["EksProperties"]["PodProperties"]["Containers"]
    assert container["Name"] == "main"
    assert container["Resources"] == {
        "Limits": {"memory": "2048Mi"},
        "Requests": {"cpu": "1", "memory": "2048Mi"},
    }
    assert definition["Timeout"] == {"AttemptDurationSeconds": 86_400}
    assert definition["RetryStrategy"]["Attempts"] == 3
    assert definition["ResourceRetentionPolicy"] == {"SkipDeregisterOnUpdate": True}
    assert isinstance(job, Job)


def test_what_batch_refuses_on_eks_is_left_out(stack: cdk.Stack) -> None:
    eks_job(stack)
    definition = synthesize(stack).only(DEFINITION)
    assert not definition.keys() & {"PlatformCapabilities", "PropagateTags", "ContainerProperties"}


def test_everything_a_pod_can_have(stack: cdk.Stack) -> None:
    repository = ecr.Repository.from_repository_name(stack, "Images", "embed")
    image = JobImage.from_repository(repository, tag="1.0")
    eks_job(stack, pod=full_pod(image), parameters={"list": "0"})
    template = synthesize(stack)
    assert not schema_problems(template.body)
    pod = template.only(DEFINITION)["EksProperties"]["PodProperties"]
    assert pod["Metadata"] == {
        "Labels": {"team": "imaging", "example.com/cost-center": "42"},
        "Annotations": {"example.com/owner": "imaging@example.com"},
        "Namespace": "batch",
    }
    assert pod["Volumes"] == [
        {"Name": "scratch", "EmptyDir": {"SizeLimit": "20480Mi"}},
        {"Name": "shm", "EmptyDir": {"Medium": "Memory", "SizeLimit": "1024Mi"}},
        {"Name": "nvme", "HostPath": {"Path": "/mnt/nvme"}},
        {"Name": "token", "Secret": {"SecretName": "hub-token", "Optional": True}},
        {"Name": "models", "PersistentVolumeClaim": {"ClaimName": "models", "ReadOnly": True}},
    ]
    assert (pod["HostNetwork"], pod["DnsPolicy"], pod["ShareProcessNamespace"]) == (False, "ClusterFirst", True)
    assert pod["ServiceAccountName"] == "embed"
    assert pod["ImagePullSecrets"] == [{"Name": "registry-login"}]
    main, sidecar = pod["Containers"]
    assert main["Resources"] == {
        "Limits": {"cpu": "4", "memory": "8192Mi", "nvidia.com/gpu": "1"},
        "Requests": {"cpu": "2.25", "memory": "8192Mi", "nvidia.com/gpu": "1"},
    }
    assert main["SecurityContext"] == {
        "RunAsUser": 1000,
        "RunAsGroup": 1000,
        "RunAsNonRoot": True,
        "Privileged": False,
        "ReadOnlyRootFilesystem": True,
        "AllowPrivilegeEscalation": False,
    }
    assert (main["Command"], main["Args"]) == (["python", "main.py"], ["--list", "Ref::list"])
    assert {"Name": "nvme", "MountPath": "/nvme", "SubPath": "cache"} in main["VolumeMounts"]
    assert sidecar["Name"] == "sidecar"
    assert [each["Name"] for each in pod["InitContainers"]] == ["fetch"]


def test_an_image_of_ecr(stack: cdk.Stack) -> None:
    image = JobImage.from_repository(ecr.Repository(stack, "Images"), tag="1.0")
    eks_job(stack, pod=pod_container(image=image))
    assert "AWS::URLSuffix" in str(pod_of(stack)["Containers"][0]["Image"])


def test_it_knows_what_the_api_takes(stack: cdk.Stack) -> None:
    pod = dataclasses.replace(full_pod(image_of()), service_account=None)
    eks_job(stack, pod=pod, parameters={"list": "0"})
    assert not api_problems("RegisterJobDefinition", synthesize(stack).only(DEFINITION), jobDefinitionName="name")


def test_requirements_of_a_pod_are_those_of_its_containers(stack: cdk.Stack) -> None:
    job = eks_job(
        stack,
        pod=Pod(
            containers=[pod_container(gpus=1), pod_container(name="b", vcpus=0.5, memory=GIB)],
            init_containers=[pod_container(name="fetch", vcpus=4, memory=GIB)],
        ),
    )
    needs = job.requirements
    assert (needs.platform, needs.vcpus, needs.memory_mib, needs.gpus) == (Platform.EKS, 4, 3 * 1024, 1)
    assert needs.architecture is Architecture.X86_64


def test_sizes_known_only_at_deployment(stack: cdk.Stack) -> None:
    number = cdk.CfnParameter(stack, "Memory", type="Number").value_as_number
    cpus = cdk.CfnParameter(stack, "Cpus", type="Number").value_as_number
    job = eks_job(stack, pod=pod_container(memory=cdk.Size.mebibytes(number), vcpus=cpus))
    assert (job.requirements.vcpus, job.requirements.memory_mib) == (None, None)
    requests = pod_of(stack)["Containers"][0]["Resources"]["Requests"]
    assert requests["cpu"] == {"Ref": "Cpus"}
    assert requests["memory"] == {"Fn::Join": ["", [{"Ref": "Memory"}, "Mi"]]}


def test_a_volume_of_two_containers_is_one(stack: cdk.Stack) -> None:
    scratch = PodVolume.empty_dir("scratch")
    containers = [pod_container(name=name, mounts=[scratch.mount("/s")]) for name in ("a", "b")]
    eks_job(stack, pod=Pod(containers=containers))
    pod = pod_of(stack)
    assert pod["Volumes"] == [{"Name": "scratch", "EmptyDir": {}}]
    assert [each["VolumeMounts"][0]["Name"] for each in pod["Containers"]] == ["scratch", "scratch"]


def test_rules_know_where_it_runs(stack: cdk.Stack) -> None:
    eks_job(stack)
    (resource,) = synthesize(stack).raw(DEFINITION)
    assert resource["Metadata"]["batchwright"] == {"queue": EksQueue().job_queue_arn, "architecture": "x86_64"}


def test_others_may_submit_every_revision(stack: cdk.Stack) -> None:
    job = eks_job(stack)
    job.grant_submit(iam.Role(stack, "Caller", assumed_by=iam.AccountRootPrincipal()))
    (statement,) = [each for each in statements_of(synthesize(stack)) if each["Action"] == "batch:SubmitJob"]
    assert any(arn.endswith(":*") for arn in statement["Resource"])
    assert EksQueue().job_queue_arn in statement["Resource"]


def test_cdk_code_can_go_on_with_it(stack: cdk.Stack) -> None:
    job = eks_job(stack, parameters={"x": "1"}, pod=pod_container(command=["run"], args=["Ref::x"]))
    assert stack.resolve(job.job_definition.job_definition_arn) == stack.resolve(job.job_definition_arn)
    assert isinstance(job.resource, batch.CfnJobDefinition)
    assert (job.label, job.command, job.parameters) == ("Job", ("run", "Ref::x"), {"x": "1"})


@pytest.mark.parametrize(("namespace", "warned"), [("batch", False), ("other", True), (None, False)])
def test_a_namespace_of_no_environment_is_warned_of(stack: cdk.Stack, namespace: str | None, warned: bool) -> None:
    eks_job(stack, pod=Pod(containers=[pod_container()], namespace=namespace))
    assert any("pod.namespace is 'other'" in each for each in warnings_of(stack)) is warned


BAD_CONTAINERS: list[tuple[dict[str, Any], str]] = [
    ({"image": "python"}, "pod.image"),
    ({"image": None}, "pod.image"),
    ({"vcpus": 0.3}, "pod.vcpus"),
    ({"vcpus": 0}, "pod.vcpus"),
    ({"vcpus": float("nan")}, "pod.vcpus"),
    ({"vcpus": "1"}, "pod.vcpus"),
    ({"vcpus": 2, "vcpus_limit": 1}, "pod.vcpus"),
    ({"vcpus_limit": 1.1}, "pod.vcpus_limit"),
    ({"memory": 2048}, "pod.memory"),
    ({"memory": None}, "pod.memory"),
    ({"memory": cdk.Size.mebibytes(3)}, "pod.memory"),
    ({"gpus": -1}, "pod.gpus"),
    ({"gpus": 0.5}, "pod.gpus"),
    ({"name": "Main"}, "pod.name"),
    ({"name": 3}, "pod.name"),
    ({"command": "run"}, "pod.command"),
    ({"args": ["--n", 3]}, "pod.args[1]"),
    ({"environment": {"N": 3}}, "pod.environment['N']"),
    ({"environment": {"AWS_BATCH_X": "3"}}, "pod.environment"),
    ({"environment": ["N=3"]}, "pod.environment"),
    ({"mounts": ["/data"]}, "pod.mounts[0]"),
    ({"mounts": [PodVolume.empty_dir("Scratch").mount("/s")]}, "pod.mounts[0].volume.name"),
    ({"mounts": [PodVolume.empty_dir("s", size=GIB).mount("s")]}, "pod.mounts[0].path"),
    ({"mounts": [PodVolume.empty_dir("s", size=3).mount("/s")]}, "pod.mounts[0].volume.size"),  # type: ignore[arg-type]
    ({"mounts": [PodVolume.host_path("s", "data").mount("/s")]}, "pod.mounts[0].volume.path"),
    ({"mounts": [PodVolume.secret("s", secret_name="A").mount("/s")]}, "pod.mounts[0].volume.secret_name"),
    ({"mounts": [PodVolume.claim("s", claim_name="").mount("/s")]}, "pod.mounts[0].volume.claim_name"),
    ({"mounts": [PodVolume.empty_dir("s").mount("/s", sub_path="../x")]}, "pod.mounts[0].sub_path"),
    ({"mounts": [PodVolume.empty_dir(name).mount("/s") for name in "ab"]}, "pod.mounts"),
    ({"mounts": [PodVolume.empty_dir(None).mount("/s")]}, "pod.mounts[0].volume.name"),  # type: ignore[arg-type]
    ({"mounts": [PodVolume.empty_dir("s").mount(["/s"])]}, "pod.mounts[0].path"),  # type: ignore[arg-type]
    (
        {"mounts": [PodVolume.empty_dir("s").mount("/s", read_only=float("inf"))]},  # type: ignore[arg-type]
        "pod.mounts[0].read_only",
    ),
    ({"mounts": [PodVolume.host_path("s", 5).mount("/s")]}, "pod.mounts[0].volume.path"),  # type: ignore[arg-type]
    ({"security": {"user": 3}}, "pod.security"),
    ({"security": SecurityContext(user=True)}, "pod.security.user"),
    ({"security": SecurityContext(user=-1)}, "pod.security.user"),
    ({"security": SecurityContext(group="root")}, "pod.security.group"),  # type: ignore[arg-type]
    ({"security": SecurityContext(user=0, non_root=True)}, "pod.security.user"),
    ({"security": SecurityContext(privileged="yes")}, "pod.security.privileged"),  # type: ignore[arg-type]
    (
        {"security": SecurityContext(privileged=True, allow_privilege_escalation=False)},
        "pod.security.allow_privilege_escalation",
    ),
    ({"image_pull_policy": "Sometimes"}, "pod.image_pull_policy"),
]


@pytest.mark.parametrize(("options", "field"), BAD_CONTAINERS)
def test_a_container_names_the_argument(stack: cdk.Stack, options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: eks_job(stack, pod=pod_container(**options)))) == [field]


BAD_PODS: list[tuple[dict[str, Any], str]] = [
    ({"containers": []}, "pod.containers"),
    ({"containers": pod_container()}, "pod.containers"),
    ({"containers": [pod_container(name=f"c{n}", vcpus=0.25) for n in range(11)]}, "pod.containers"),
    ({"init_containers": [pod_container(name=f"i{n}") for n in range(11)]}, "pod.init_containers"),
    ({"init_containers": [pod_container()]}, "pod.containers"),
    ({"init_containers": [pod_container(name="i", vcpus=0.1)]}, "pod.init_containers[0].vcpus"),
    ({"namespace": "default"}, "pod.namespace"),
    ({"namespace": "kube-system"}, "pod.namespace"),
    ({"namespace": 3}, "pod.namespace"),
    ({"service_account": "Embed"}, "pod.service_account"),
    ({"labels": {"team": "free text"}}, "pod.labels['team']"),
    ({"labels": {"team": 3}}, "pod.labels['team']"),
    ({"annotations": {"a": "x" * 256}}, "pod.annotations['a']"),
    ({"dns_policy": "None"}, "pod.dns_policy"),
    ({"host_network": "yes"}, "pod.host_network"),
    ({"image_pull_secrets": "login"}, "pod.image_pull_secrets"),
    ({"image_pull_secrets": ["Login"]}, "pod.image_pull_secrets[0]"),
    (
        {"init_containers": [pod_container(name="arm", image=image_of(Architecture.ARM64))]},
        "pod.containers",
    ),
    (
        {
            "init_containers": [pod_container(name="a", mounts=[PodVolume.empty_dir("s").mount("/s")])],
            "containers": [pod_container(mounts=[PodVolume.host_path("s", "/s").mount("/s")])],
        },
        "pod.volumes",
    ),
]


@pytest.mark.parametrize(("options", "field"), BAD_PODS)
def test_a_pod_names_the_argument(stack: cdk.Stack, options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: eks_job(stack, pod=Pod(**{"containers": [pod_container()], **options})))) == [field]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"pod": "main"}, "pod"),
        ({"pod": None}, "pod"),
        ({"queue": "eks"}, "queue"),
        ({"timeout": cdk.Duration.seconds(5)}, "timeout"),
        ({"timeout": 3600}, "timeout"),
        ({"retries": 3}, "retries"),
        ({"scheduling_priority": 10_000}, "scheduling_priority"),
        ({"queue": EksQueue(fair_share=True)}, "scheduling_priority"),
        ({"parameters": {"n": 3}}, "parameters['n']"),
        ({"pod": pod_container(args=["Ref::list"])}, "parameters"),
        ({"pod": pod_container(vcpus=512)}, "vcpus"),
        ({"pod": pod_container(memory=cdk.Size.gibibytes(512))}, "memory"),
        ({"pod": pod_container(gpus=8)}, "gpus"),
        ({"pod": pod_container(image=image_of(Architecture.ARM64))}, "image"),
    ],
)
def test_a_job_names_the_argument(stack: cdk.Stack, options: dict[str, Any], field: str) -> None:
    assert fields(refused(lambda: eks_job(stack, **options))) == [field]


def test_images_that_only_ecs_can_run(stack: cdk.Stack) -> None:
    secret = secretsmanager.Secret.from_secret_name_v2(stack, "Login", "login")
    private = JobImage.from_registry("registry.example.com/embed:1", credentials=secret)
    windows = JobImage.from_registry("example.com/tool:1", operating_system="WINDOWS_SERVER_2022_CORE")
    for image, word in ((private, "image_pull_secrets"), (windows, "Linux")):
        (problem,) = pod_container(image=image).problems("pod")
        assert problem.field == "pod.image"
        assert word in str(problem)


def test_an_image_of_several_architectures(stack: cdk.Stack) -> None:
    image = JobImage.from_registry("public.ecr.aws/docker/library/python:3.13-slim", architecture=None)
    assert eks_job(stack, pod=pod_container(image=image)).requirements.architecture is None


def test_a_queue_of_another_kind(stack: cdk.Stack) -> None:
    queue = queue_of(stack, "FARGATE")
    assert fields(refused(lambda: eks_job(stack, queue=queue))) == ["queue"]


def test_all_of_it_at_once(stack: cdk.Stack) -> None:
    pod = pod_container(vcpus=0.3, memory=cdk.Size.mebibytes(1))
    error = refused(lambda: eks_job(stack, pod=pod, timeout=cdk.Duration.seconds(1)))
    assert fields(error) == ["pod.vcpus", "pod.memory", "timeout"]
