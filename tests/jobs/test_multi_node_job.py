"""Multi-node jobs: what their templates say, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from hypothesis import given, settings
from hypothesis import strategies as st
from support.annotations import warnings_of
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.fake_queues import IMAGE, PlainQueue, plain_queue
from support.job_shapes import container, multi_node_job, pod_queue
from support.problems import fields, named, refused
from support.synthesis import new_stack, synthesize

from batchwright import (
    Device,
    Efa,
    FireLens,
    JobImage,
    LinuxParameters,
    MultiNodeJob,
    NodeGroup,
    Pod,
    PodContainer,
    RetryStrategy,
    Ulimit,
)
from batchwright.contracts import Job
from batchwright.jobs.multi_node.warnings import IDLE_WARNING
from batchwright.model import Architecture, Capacity, Platform

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFINITION = "AWS::Batch::JobDefinition"
WORKER = PodContainer(image=JobImage.from_registry(IMAGE), vcpus=4, memory=cdk.Size.gibibytes(8))
HOARDERS = NodeGroup(nodes=2, runs=container(), consumable_resources=["a"])  # type: ignore[arg-type]
FAST: dict[str, Any] = {"instance_types": ("c5n.18xlarge",), "max_vcpus": 4096, "efa_interfaces": 1}


@pytest.fixture
def stack() -> cdk.Stack:
    return new_stack()


def nodes_of(stack: cdk.Stack) -> dict[str, Any]:
    nodes: dict[str, Any] = synthesize(stack).only(DEFINITION)["NodeProperties"]
    return nodes


def problems_with(stack: cdk.Stack, **options: Any) -> list[str]:  # noqa: ANN401
    return fields(refused(lambda: multi_node_job(stack, **options)))


def warned(stack: cdk.Stack) -> str:
    return "\n".join(warnings_of(stack))


def test_groups_stand_one_after_the_other_and_the_last_is_open(stack: cdk.Stack) -> None:
    groups = [NodeGroup(nodes=nodes, runs=container(command=[str(nodes)])) for nodes in (1, 4, 2)]
    job = multi_node_job(stack, groups=groups, main_node=6)
    nodes = nodes_of(stack)
    assert [each["TargetNodes"] for each in nodes["NodeRangeProperties"]] == ["0:0", "1:4", "5:"]
    assert [each["Container"]["Command"] for each in nodes["NodeRangeProperties"]] == [["1"], ["4"], ["2"]]
    assert (nodes["NumNodes"], nodes["MainNode"]) == (7, 6)
    assert isinstance(job, Job)
    assert job.shape.fewest_nodes == 7


def test_the_definition_is_for_ec2_and_few_attempts(stack: cdk.Stack) -> None:
    multi_node_job(stack)
    definition = synthesize(stack).only(DEFINITION)
    assert (definition["Type"], definition["PlatformCapabilities"]) == ("multinode", ["EC2"])
    assert definition["RetryStrategy"]["Attempts"] == 2
    assert definition["Timeout"] == {"AttemptDurationSeconds": 86_400}
    assert "ConsumableResourceProperties" not in definition


def test_retries_may_be_given(stack: cdk.Stack) -> None:
    multi_node_job(stack, retries=RetryStrategy.never())
    assert synthesize(stack).only(DEFINITION)["RetryStrategy"] == {"Attempts": 1}


def test_one_instance_type_holds_for_all(stack: cdk.Stack) -> None:
    groups = [NodeGroup(nodes=1, runs=container(vcpus=72, memory=cdk.Size.gibibytes(100)))] * 2
    multi_node_job(stack, groups=groups, instance_type=ec2.InstanceType("c5n.18xlarge"), queue=fast_queue())
    assert [each["InstanceTypes"] for each in nodes_of(stack)["NodeRangeProperties"]] == [["c5n.18xlarge"]] * 2
    assert not warned(stack)


def fast_queue() -> PlainQueue:
    return plain_queue(Platform.EC2, **FAST)


@pytest.mark.parametrize(
    "runs",
    [
        [container(name="a"), container(name="b", essential=False)],
        [container()],
        container(stop_timeout=cdk.Duration.seconds(60)),
    ],
)
def test_containers_that_belong_together_are_a_task(stack: cdk.Stack, runs: Any) -> None:  # noqa: ANN401
    multi_node_job(stack, groups=[NodeGroup(nodes=2, runs=runs)])
    (group,) = nodes_of(stack)["NodeRangeProperties"]
    (task,) = group["EcsProperties"]["TaskProperties"]
    assert len(task["Containers"]) == len(runs if isinstance(runs, list) else [runs])
    assert "TaskRoleArn" in task
    assert "Container" not in group


def test_roles_and_log_group_are_shared(stack: cdk.Stack) -> None:
    groups = [NodeGroup(nodes=1, runs=container()), NodeGroup(nodes=1, runs=[container()])]
    job = multi_node_job(stack, groups=groups)
    s3.Bucket.from_bucket_name(stack, "Bucket", "data").grant_read(job)
    template = synthesize(stack)
    assert len(template.of_type("AWS::IAM::Role")) == 2
    assert len(template.of_type("AWS::Logs::LogGroup")) == 1
    assert "JobRole" in str(template.of_type("AWS::IAM::Policy").keys())


def test_efa_maps_the_device_and_unlocks_memory(stack: cdk.Stack) -> None:
    own = LinuxParameters(
        devices=[Device(host_path="/dev/fuse")], ulimits=[Ulimit(name="nofile", soft=9)], init_process=True
    )
    runs = [
        container(linux=own, vcpus=36, memory=cdk.Size.gibibytes(100)),
        container(name="side", essential=False),
    ]
    multi_node_job(stack, groups=[NodeGroup(nodes=2, runs=runs)], queue=fast_queue(), efa=True)
    (group,) = nodes_of(stack)["NodeRangeProperties"]
    first, second = group["EcsProperties"]["TaskProperties"][0]["Containers"]
    assert first["LinuxParameters"] == {
        "Devices": [{"HostPath": path, "ContainerPath": path} for path in ("/dev/fuse", "/dev/infiniband/uverbs0")],
        "InitProcessEnabled": True,
        "SharedMemorySize": 4096,
    }
    assert {"Name": "memlock", "SoftLimit": -1, "HardLimit": -1} in first["Ulimits"]
    assert len(first["Ulimits"]) == 2
    assert "LinuxParameters" not in second


def test_own_settings_go_before_those_of_efa() -> None:
    own = LinuxParameters(
        devices=[Device(host_path="/dev/infiniband/uverbs0", permissions=["READ", "WRITE"])],
        ulimits=[Ulimit(name="memlock", soft=1024)],
        shared_memory=cdk.Size.gibibytes(1),
    )
    around = Efa(devices=2).around(own)
    assert [each.host_path for each in around.devices] == ["/dev/infiniband/uverbs0", "/dev/infiniband/uverbs1"]
    assert list(around.ulimits) == list(own.ulimits)
    assert around.shared_memory is own.shared_memory


def test_pods_have_neither_roles_nor_logs_nor_a_platform(stack: cdk.Stack) -> None:
    pod = Pod(containers=[WORKER], namespace="training", annotations={"team": "imaging"})
    groups = [NodeGroup(nodes=1, runs=WORKER), NodeGroup(nodes=3, runs=pod)]
    job = multi_node_job(stack, groups=groups, queue=pod_queue())
    template = synthesize(stack)
    definition = template.only(DEFINITION)
    assert not {"PlatformCapabilities", "PropagateTags"} & definition.keys()
    first, second = definition["NodeProperties"]["NodeRangeProperties"]
    assert "Metadata" not in first["EksProperties"]["PodProperties"]
    assert second["EksProperties"]["PodProperties"]["Metadata"] == {
        "Annotations": {"team": "imaging"},
        "Namespace": "training",
    }
    assert list(template.resources.values()) == template.raw(DEFINITION)
    assert (job.job_role, job.execution_role, job.log_group) == (None, None, None)


def test_a_grant_goes_to_the_service_account_of_pods(stack: cdk.Stack) -> None:
    job = multi_node_job(stack, groups=[NodeGroup(nodes=2, runs=WORKER)], queue=pod_queue())
    bucket = s3.Bucket.from_bucket_name(stack, "Bucket", "data")
    with pytest.raises(RuntimeError, match="service account"):
        bucket.grant_read(job)


@pytest.mark.parametrize("kind", ["SPOT", "FARGATE", "FARGATE_SPOT", "UNMANAGED", "ECS_MANAGED_INSTANCES"])
def test_it_runs_on_demand_only(stack: cdk.Stack, kind: str) -> None:
    error = refused(lambda: multi_node_job(stack, queue=plain_queue(Platform.EC2, kind=kind)))
    assert fields(error) == ["queue"]
    assert kind in str(error)


def test_one_environment_that_can_is_enough(stack: cdk.Stack) -> None:
    hosts = [Capacity(kind, Platform.EC2, 256, Architecture.X86_64) for kind in ("SPOT", "EC2")]
    assert multi_node_job(stack, queue=PlainQueue(tuple(hosts)))


def test_what_a_node_asks_for_is_compared_with_the_hosts_it_can_have(stack: cdk.Stack) -> None:
    """A Spot environment with larger hosts does not help."""
    small = Capacity("EC2", Platform.EC2, 256, Architecture.X86_64, ("c7i.large",))
    large = Capacity("SPOT", Platform.EC2, 256, Architecture.X86_64, ("c7i.48xlarge",))
    groups = [NodeGroup(nodes=2, runs=container(vcpus=8))]
    assert problems_with(stack, queue=PlainQueue((small, large)), groups=groups) == ["groups[0].runs.vcpus"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"groups": []}, ["groups"]),
        ({"groups": [NodeGroup(nodes=1, runs=container())] * 6}, ["groups"]),
        ({"groups": [NodeGroup(nodes=0, runs=container())]}, ["groups[0].nodes"]),
        ({"groups": [NodeGroup(nodes=2, runs=[])]}, ["groups[0].runs"]),
        ({"groups": [NodeGroup(nodes=2, runs=container(vcpus=0.5))]}, ["groups[0].runs.vcpus"]),
        ({"groups": [NodeGroup(nodes=2, runs=container(vcpus=0))]}, ["groups[0].runs.vcpus"]),
        ({"groups": [NodeGroup(nodes=2, runs=container(essential=False))]}, ["groups[0].runs[*].essential"]),
        ({"groups": [NodeGroup(nodes=2, runs=[container(name="a")] * 2)]}, ["groups[0].runs"]),
        ({"groups": [NodeGroup(nodes=200, runs=container(vcpus=2))]}, ["groups"]),
        ({"groups": [NodeGroup(nodes=1, runs=container()), NodeGroup(nodes=1, runs=WORKER)]}, ["groups[1].runs"]),
        ({"groups": [NodeGroup(nodes=2, runs=container(command=["Ref::x"]))]}, ["parameters"]),
        ({"main_node": 2}, ["main_node"]),
        ({"main_node": -1}, ["main_node"]),
        ({"efa": True}, ["efa.shared_memory", "efa"]),
        ({"efa": Efa(devices=1.0)}, ["efa.devices"]),  # type: ignore[arg-type]
        (
            {"efa": True, "instance_type": "c5.large", "queue": plain_queue(Platform.EC2, efa_interfaces=1)},
            ["efa.shared_memory", "efa"],
        ),
        ({"instance_type": "banana"}, ["instance_type"]),
        ({"instance_type": "c5n"}, ["instance_type"]),
        ({"instance_type": ""}, ["instance_type"]),
        (
            {"instance_type": "c7g.large", "queue": PlainQueue((Capacity("EC2", Platform.EC2, 256),))},
            ["groups[0].runs.image"],
        ),
        ({"groups": [NodeGroup(nodes=1, runs=container(), ipc_mode="all")]}, ["groups[0].ipc_mode"]),  # type: ignore[arg-type]
        ({"efa": Efa(devices=0)}, ["efa.devices"]),
        (
            {"efa": Efa(devices=2), "queue": plain_queue(Platform.EC2, efa_interfaces=1)},
            ["efa.shared_memory", "efa"],
        ),
        ({"instance_type": "c7i.large", "queue": plain_queue(Platform.EC2, **FAST)}, ["instance_type"]),
        ({"required_parameters": ["x"]}, ["required_parameters"]),
    ],
)
def test_refused_by_name(stack: cdk.Stack, options: dict[str, Any], expected: list[str]) -> None:
    assert problems_with(stack, **options) == expected


def test_containers_of_a_node_share_memory_and_processes(stack: cdk.Stack) -> None:
    """One container alone becomes a task, as only tasks say so."""
    multi_node_job(stack, groups=[NodeGroup(nodes=2, runs=container(), ipc_mode="task", pid_mode="host")])
    (group,) = nodes_of(stack)["NodeRangeProperties"]
    (task,) = group["EcsProperties"]["TaskProperties"]
    assert (task["IpcMode"], task["PidMode"]) == ("task", "host")


def test_a_pod_in_a_namespace_of_no_environment_is_warned_of(stack: cdk.Stack) -> None:
    groups = [NodeGroup(nodes=1, runs=Pod(containers=[WORKER], namespace=name)) for name in ("jobs", "other")]
    multi_node_job(stack, groups=groups, queue=pod_queue())
    assert "groups[1].runs.namespace is 'other'" in warned(stack)
    assert "groups[0]" not in warned(stack)


@pytest.mark.parametrize(
    "runs",
    [
        Pod(containers=None),  # type: ignore[arg-type]
        Pod(containers=[]),
        PodContainer(image=JobImage.from_registry(IMAGE), vcpus=1, memory=cdk.Size.gibibytes(1), command=None),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_pod_is_refused_beside_everything_else(stack: cdk.Stack, runs: Any) -> None:  # noqa: ANN401
    groups = [NodeGroup(nodes=1, runs=runs)]
    found = problems_with(stack, groups=groups, queue=pod_queue(), main_node=3, required_parameters=["x"])
    assert found[1:] == ["main_node"]
    assert found[0].startswith("groups[0].runs.")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"efa": True}, "efa"),
        ({"groups": [NodeGroup(nodes=2, runs=WORKER, pid_mode="task")]}, "groups[0].pid_mode"),
        ({"enable_execute_command": True}, "enable_execute_command"),
        ({"groups": [NodeGroup(nodes=2, runs=container())]}, "groups[0].runs"),
    ],
)
def test_eks_lacks(stack: cdk.Stack, options: dict[str, Any], field: str) -> None:
    given = {"groups": [NodeGroup(nodes=2, runs=WORKER)], "queue": pod_queue()}
    assert problems_with(stack, **(given | options)) == [field]


def test_roles_and_log_groups_are_not_for_pods(stack: cdk.Stack) -> None:
    role = iam.Role.from_role_arn(stack, "Role", "arn:aws:iam::123456789012:role/r")
    group = logs.LogGroup.from_log_group_name(stack, "Group", "/g")
    given = {"job_role": role, "execution_role": role, "log_group": group}
    found = problems_with(stack, groups=[NodeGroup(nodes=2, runs=WORKER)], queue=pod_queue(), **given)
    assert sorted(found) == sorted(given)


@pytest.mark.parametrize(
    ("option", "value", "field"),
    [
        ("groups", NodeGroup(nodes=1, runs=container()), "groups"),
        ("groups", [container()], "groups[0]"),
        ("groups", [NodeGroup(nodes="2", runs=container())], "groups[0].nodes"),  # type: ignore[arg-type]
        ("groups", [NodeGroup(nodes=2, runs="image")], "groups[0].runs"),
        ("groups", [NodeGroup(nodes=2, runs=None)], "groups[0].runs"),  # type: ignore[arg-type]
        ("groups", [NodeGroup(nodes=2, runs=[WORKER])], "groups[0].runs[0]"),  # type: ignore[list-item]
        ("groups", [NodeGroup(nodes=2, runs=container(memory=1))], "groups[0].runs.memory"),
        (
            "groups",
            [NodeGroup(nodes=2, runs=container(), consumable_resources=["a"])],
            "groups[0].consumable_resources",
        ),  # type: ignore[arg-type]
        (
            "groups",
            [NodeGroup(nodes=2, runs=container(), consumable_resources=None)],  # type: ignore[arg-type]
            "groups[0].consumable_resources",
        ),
        ("queue", None, "queue"),
        ("main_node", "0", "main_node"),
        ("main_node", None, "main_node"),
        ("instance_type", ["c7i.large"], "instance_type"),
        ("efa", 1, "efa"),
        ("efa", Efa(shared_memory=4096), "efa.shared_memory"),  # type: ignore[arg-type]
        ("retries", 3, "retries"),
    ],
)
def test_wrong_kinds(stack: cdk.Stack, option: str, value: object, field: str) -> None:
    assert problems_with(stack, **{option: value}) == [field]


def test_nodes_that_leave_most_of_their_hosts_idle_are_warned_of(stack: cdk.Stack) -> None:
    pair = [container(name="a", vcpus=16), container(name="b", vcpus=16)]
    groups = [NodeGroup(nodes=1, runs=container(vcpus=8)), NodeGroup(nodes=1, runs=pair)]
    multi_node_job(stack, groups=groups, instance_type="c5n.18xlarge", queue=fast_queue())
    assert "groups[0].runs.memory" in warned(stack)
    assert "32 vCPUs and 4096 MiB on c5n.18xlarge" in warned(stack)
    assert IDLE_WARNING in warned(stack)


def test_more_nodes_than_usual_are_warned_of(stack: cdk.Stack) -> None:
    multi_node_job(
        stack, groups=[NodeGroup(nodes=1_001, runs=container())], queue=plain_queue(Platform.EC2, max_vcpus=2000)
    )
    assert "1,000" in warned(stack)


def test_what_a_node_needs_is_what_the_greediest_does(stack: cdk.Stack) -> None:
    groups = [
        NodeGroup(nodes=1, runs=container(vcpus=2)),
        NodeGroup(nodes=1, runs=[container(memory=cdk.Size.gibibytes(8)), container(name="b", essential=False)]),
    ]
    job: MultiNodeJob = multi_node_job(stack, groups=groups)
    assert (job.requirements.vcpus, job.requirements.memory_mib) == (2, 10 * 1024)
    assert job.requirements.platform is Platform.EC2


RUNS = st.one_of(
    st.builds(
        container,
        vcpus=st.sampled_from([0.5, 1, 64]),
        memory=st.sampled_from([512, 8192]).map(cdk.Size.mebibytes),
        gpus=st.sampled_from([0, 1]),
        firelens=st.sampled_from([None, FireLens()]),
        essential=st.sampled_from([True, True, False]),
    ),
    st.just([container(memory=cdk.Size.gibibytes(8)), container(name="b", essential=False)]),
    st.just(WORKER),
)
GROUPS = st.lists(st.builds(NodeGroup, nodes=st.integers(0, 4), runs=RUNS), min_size=1, max_size=3)
QUEUES = st.sampled_from(
    [plain_queue(Platform.EC2), plain_queue(Platform.EC2, **FAST), plain_queue(Platform.FARGATE), pod_queue()]
)


@given(GROUPS, QUEUES, st.integers(0, 6), st.sampled_from([None, "c5n.18xlarge", "p5.48xlarge"]), st.booleans())
@settings(max_examples=50, deadline=None, derandomize=True)
def test_accepted_or_named(
    groups: Sequence[NodeGroup], queue: PlainQueue, main_node: int, instance_type: str | None, efa: bool
) -> None:
    stack = new_stack()
    given = {"groups": groups, "queue": queue, "main_node": main_node, "instance_type": instance_type, "efa": efa}
    found = named(lambda: multi_node_job(stack, **given))
    total = sum(each.nodes for each in groups)
    if all(each.nodes for each in groups):
        assert (main_node >= total) is ("main_node" in found)
    if queue.platform is Platform.FARGATE:
        assert "queue" in found
    for number, group in enumerate(groups):
        assert (group.nodes == 0) is (f"groups[{number}].nodes" in found)
        if queue.platform is not Platform.FARGATE:
            pod_on_eks = (group.pod is not None) is (queue.platform is Platform.EKS)
            assert pod_on_eks is (f"groups[{number}].runs" not in found)
    if not found:
        template = synthesize(stack)
        assert not schema_problems(template.body)
        assert not api_problems("RegisterJobDefinition", template.only(DEFINITION), jobDefinitionName="name")
