from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.harness import CLUSTER, Plan
from local.engine.shapes import Json, entry, pod

from batchwright.local.engine import (
    BatchError,
    ClaimVolume,
    Condition,
    ContainerDependency,
    ContainerExit,
    EmptyVolume,
    Exit,
    HostVolume,
    Mount,
    SecretVolume,
)

if TYPE_CHECKING:
    from local.engine.harness import Batch


def run(batch: Batch, properties: Json, **members: object) -> str:
    batch.register_as("pod", eksProperties=properties)
    job = batch.submit(jobDefinition="pod", jobQueue="eks", **members)
    batch.clock.run()
    return job


def test_a_pod_runs_as_one_container(eks: Batch) -> None:
    main = entry(
        command=["python", "-m"],
        args=["app", "Ref::file", "$(A)-$(AWS_BATCH_JOB_ATTEMPT)-$(NONE)-$$(A)"],
        env=[{"name": "A", "value": "1"}],
        securityContext={
            "runAsUser": 1000,
            "runAsGroup": 2000,
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "runAsNonRoot": True,
        },
        resources={
            "limits": {"cpu": "2", "memory": "2048Mi", "nvidia.com/gpu": "1"},
            "requests": {"cpu": "0.5", "memory": "2048Mi"},
        },
        imagePullPolicy="Always",
    )
    job = run(eks, pod(main, serviceAccountName="sa"), parameters={"file": "x"})
    (attempt,) = eks.runner.attempts
    container = attempt.container
    assert (container.name, attempt.platform, attempt.service_account) == ("Default", "EKS", "sa")
    assert container.entry_point == ("python", "-m")
    assert container.command == ("app", "x", "1-1-$(NONE)-$(A)")
    assert (container.vcpus, container.cpu_limit, container.memory_mib, container.gpus) == (0.5, 2, 2048, 1)
    assert (container.user, container.non_root, container.no_new_privileges) == ("1000:2000", True, True)
    assert (container.readonly_root_filesystem, container.always_pull) == (True, True)
    assert attempt.environment(container) == {
        "A": "1",
        "AWS_BATCH_JOB_ID": job,
        "AWS_BATCH_JOB_ATTEMPT": "1",
        "AWS_BATCH_JQ_NAME": "eks",
        "AWS_BATCH_CE_NAME": "eks",
    }


def test_init_containers_run_first_and_in_order(eks: Batch) -> None:
    run(eks, pod(entry("a"), entry("b"), initContainers=[entry("i1"), entry("i2")]))
    waits = {c.name: c.depends_on for c in eks.runner.attempts[0].containers}
    assert list(waits) == ["i1", "i2", "a", "b"]
    assert waits["i1"] == ()
    assert waits["i2"] == (ContainerDependency(name="i1", condition=Condition.SUCCESS),)
    last = (ContainerDependency(name="i2", condition=Condition.SUCCESS),)
    assert (waits["a"], waits["b"]) == (last, last)
    assert eks.runner.attempts[0].container.name == "a"
    assert [c.init for c in eks.runner.attempts[0].containers] == [True, True, False, False]


def test_volumes_of_a_pod(eks: Batch) -> None:
    volumes = [
        {"name": "host", "hostPath": {"path": "/data"}},
        {"name": "disk", "emptyDir": {}},
        {"name": "memory", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
        {"name": "secret", "secret": {"secretName": "s", "optional": True}},
        {"name": "claim", "persistentVolumeClaim": {"claimName": "c", "readOnly": True}},
    ]
    mounts = [
        {"name": "disk", "mountPath": "/d", "subPath": "p"},
        {"name": "host", "mountPath": "/h", "readOnly": True},
    ]
    run(eks, pod(entry(volumeMounts=mounts), volumes=volumes, shareProcessNamespace=True, hostNetwork=False))
    (attempt,) = eks.runner.attempts
    assert attempt.volumes == (
        HostVolume(name="host", path="/data"),
        EmptyVolume(name="disk"),
        EmptyVolume(name="memory", memory=True, size_mib=1024),
        SecretVolume(name="secret", secret_name="s", optional=True),
        ClaimVolume(name="claim", claim_name="c", read_only=True),
    )
    assert attempt.container.mounts == (
        Mount(volume="disk", path="/d", sub_path="p"),
        Mount(volume="host", path="/h", read_only=True),
    )
    assert (attempt.pid_mode, attempt.host_network) == ("task", False)


@pytest.mark.parametrize(
    ("codes", "status", "exit_code"),
    [
        ({"i": 0, "a": 0, "b": 0}, "SUCCEEDED", 0),
        ({"i": 0, "a": 0, "b": 3}, "FAILED", 3),
        ({"i": 7, "a": None, "b": None}, "FAILED", 7),
        ({"i": 0, "a": 0, "b": None}, "FAILED", None),
    ],
)
def test_a_pod_succeeds_when_all_its_containers_do(
    eks: Batch, codes: dict[str, int | None], status: str, exit_code: int | None
) -> None:
    ends = tuple(ContainerExit(name=name, exit_code=code) for name, code in codes.items())
    eks.runner.plan = lambda _: Plan(exit=Exit(exit_code=codes["a"], containers=ends))
    job = run(eks, pod(entry("a"), entry("b"), initContainers=[entry("i")]))
    shown = eks.job(job)
    assert shown["status"] == status
    (summary,) = [
        s
        for s in eks("ListJobs", jobQueue="eks", filters=[{"name": "JOB_NAME", "values": ["job"]}])["jobSummaryList"]
        if s["jobId"] == job
    ]
    assert summary.get("container", {}).get("exitCode") == exit_code
    (attempt,) = shown["eksAttempts"]
    assert shown["attempts"] == []
    assert [c.get("exitCode") for c in attempt["initContainers"]] == [codes["i"]]
    assert [c.get("exitCode") for c in attempt["containers"]] == [codes["a"], codes["b"]]
    assert (attempt["eksClusterArn"], attempt["podNamespace"]) == (CLUSTER, "jobs")
    properties = shown["eksProperties"]["podProperties"]
    assert attempt["podName"] == properties["podName"]
    assert [c.get("exitCode") for c in properties["containers"]] == [codes["a"], codes["b"]]
    assert ("statusReason" in shown) is (status == "FAILED")
    assert "container" not in shown
    eks.check_events()


def test_the_exit_code_of_a_sidecar_reaches_the_retry_strategy(eks: Batch) -> None:
    ends = (ContainerExit(name="a", exit_code=0), ContainerExit(name="b", exit_code=42))
    eks.runner.plan = lambda _: Plan(exit=Exit(exit_code=0, containers=ends))
    conditions = [{"onExitCode": "42", "action": "RETRY"}, {"onExitCode": "*", "action": "EXIT"}]
    job = run(eks, pod(entry("a"), entry("b")), retryStrategy={"attempts": 3, "evaluateOnExit": conditions})
    assert len(eks.job(job)["eksAttempts"]) == 3


def test_overrides_of_a_pod(eks: Batch) -> None:
    base = pod(
        entry("a", command=["c"], args=["x"], env=[{"name": "A", "value": "1"}]),
        entry("b"),
        initContainers=[entry("i")],
        metadata={"labels": {"l": "1", "m": "2"}, "namespace": "own"},
    )
    override = pod(
        {
            "name": "a",
            "image": "other",
            "command": ["d"],
            "args": ["y"],
            "env": [{"name": "B", "value": "2"}],
            "resources": {"requests": {"cpu": "0.5"}, "limits": {"memory": "4096Mi"}},
        },
        initContainers=[{"name": "i", "args": ["z"]}],
        metadata={"labels": {"m": "3"}},
    )
    job = run(eks, base, eksPropertiesOverride=override)
    init, a, b = eks.runner.attempts[0].containers
    assert (init.command, b.image) == (("z",), "image")
    assert (a.image, a.entry_point, a.command, a.environment) == ("other", ("d",), ("y",), {"A": "1", "B": "2"})
    assert (a.vcpus, a.cpu_limit, a.memory_mib) == (0.5, 1, 4096)
    shown = eks.job(job)
    assert shown["eksProperties"]["podProperties"]["metadata"] == {"labels": {"l": "1", "m": "3"}, "namespace": "own"}
    assert shown["eksAttempts"][0]["podNamespace"] == "own"


def test_an_override_of_limits_counts_for_requests_too(eks: Batch) -> None:
    both = {"cpu": "1", "memory": "512Mi"}
    base = pod(entry(resources={"limits": both, "requests": both}))
    run(eks, base, eksPropertiesOverride=pod({"resources": {"limits": {"memory": "1024Mi"}}}))
    assert eks.runner.attempts[0].container.memory_mib == 1024


def test_a_pod_takes_what_its_containers_or_its_largest_init_container_ask_for(batch: Batch) -> None:
    batch.eks(max_vcpus=4)
    large = entry("i", resources={"limits": {"cpu": "3", "memory": "512Mi"}})
    batch.register_as("pod", eksProperties=pod(entry("a"), entry("b"), initContainers=[large]))
    for _ in range(3):
        batch.submit(jobDefinition="pod", jobQueue="eks")
    batch.clock.run()
    assert batch.runner.most_running == 1


def test_definitions_on_eks_say_so(eks: Batch) -> None:
    eks.register_as("pod", eksProperties=pod(entry()))
    (shown,) = eks("DescribeJobDefinitions", jobDefinitionName="pod")["jobDefinitions"]
    assert shown["containerOrchestrationType"] == "EKS"
    assert "platformCapabilities" not in shown


def test_jobs_on_eks_need_an_environment_on_eks(eks: Batch) -> None:
    eks.register_as("pod", eksProperties=pod(entry()))
    with pytest.raises(BatchError, match="is for EKS, but"):
        eks.submit(jobDefinition="pod")
    with pytest.raises(BatchError, match="are EKS"):
        eks.submit(jobQueue="eks")


def test_variables_may_hold_those_before_them(eks: Batch) -> None:
    variables = [("HOST", "h"), ("URL", "http://$(HOST)/$(LATER)"), ("RAW", "$$(HOST)"), ("LATER", "l")]
    listed = [{"name": name, "value": value} for name, value in variables]
    eks.register_as("d", eksProperties=pod(entry("main", env=listed, args=["$(URL)"])))
    override = {"podProperties": {"containers": [{"env": [{"name": "HOST", "value": "other"}]}]}}
    job = eks.submit(jobDefinition="d", jobQueue="eks", eksPropertiesOverride=override)
    eks.clock.run()
    container = eks.runner.attempts[0].container
    assert container.environment == {
        "HOST": "other",
        "URL": "http://other/$(LATER)",
        "RAW": "$(HOST)",
        "LATER": "l",
    }
    assert container.command == ("http://other/$(LATER)",)
    shown = eks.job(job)["eksProperties"]["podProperties"]["containers"][0]["env"]
    assert shown[1]["value"] == "http://$(HOST)/$(LATER)"
