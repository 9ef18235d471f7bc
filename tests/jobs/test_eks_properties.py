"""Any pod is either refused by name or rendered as API and CloudFormation take it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from hypothesis import given, settings
from hypothesis import strategies as st
from support.api_shapes import api_problems
from support.cloudformation_schema import schema_problems
from support.eks_parts import eks_job, pod_container
from support.problems import named
from support.synthesis import new_stack, synthesize

from batchwright.jobs.eks.pod import Pod
from batchwright.jobs.eks.security import SecurityContext
from batchwright.jobs.eks.volumes import PodVolume

if TYPE_CHECKING:
    from batchwright.jobs.eks.container import PodContainer

CPUS = st.sampled_from([0.25, 0.5, 1, 2.75, 16, 0.1, 0])
MEMORY = st.sampled_from([4, 256, 2048, 60_000, 3])
NAMES = st.sampled_from(["main", "side-car", "a", "b", "Upper", ""])
VOLUMES = st.sampled_from(
    [
        PodVolume.empty_dir("scratch", size=cdk.Size.gibibytes(2)),
        PodVolume.host_path("host", "/mnt"),
        PodVolume.host_path("relative", "mnt"),
        PodVolume.secret("token", secret_name="hub.token"),
        PodVolume.claim("claim", claim_name="models"),
    ]
)
SECURITY = st.builds(
    SecurityContext,
    user=st.sampled_from([None, 0, 1000, -1]),
    non_root=st.sampled_from([None, True]),
    privileged=st.sampled_from([None, True]),
    allow_privilege_escalation=st.sampled_from([None, False]),
)


@st.composite
def containers(draw: st.DrawFn) -> PodContainer:
    volumes = draw(st.lists(VOLUMES, max_size=2, unique_by=lambda volume: volume.name))
    return pod_container(
        name=draw(NAMES),
        vcpus=draw(CPUS),
        vcpus_limit=draw(st.one_of(st.none(), CPUS)),
        memory=cdk.Size.mebibytes(draw(MEMORY)),
        gpus=draw(st.sampled_from([0, 0, 1, 9])),
        args=draw(st.lists(st.text(max_size=5), max_size=2)),
        mounts=[volume.mount(f"/mnt/{number}") for number, volume in enumerate(volumes)],
        security=draw(st.one_of(st.none(), SECURITY)),
    )


@st.composite
def pods(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "containers": draw(st.lists(containers(), max_size=3)),
        "init_containers": draw(st.lists(containers(), max_size=2)),
        "namespace": draw(st.sampled_from([None, "batch", "default"])),
        "labels": draw(st.dictionaries(st.sampled_from(["team", "a/b", "a b"]), st.sampled_from(["x", "x y"]))),
        "annotations": draw(st.dictionaries(st.sampled_from(["a.b/c", "d"]), st.text(max_size=5), max_size=2)),
    }


def certainly_wrong(pod: dict[str, Any]) -> bool:
    """Whether Batch or Kubernetes would refuse the pod, reckoned apart from the library."""
    every = [*pod["containers"], *pod["init_containers"]]
    names = [container.name for container in every]
    return (
        not pod["containers"]
        or len(names) > len(set(names))
        or pod["namespace"] == "default"
        or any(container.vcpus in (0, 0.1) or container.name in ("Upper", "") for container in every)
        or any((container.vcpus_limit or 16) < container.vcpus for container in every)
        or any(container.memory.to_mebibytes() < 4 for container in every)
        or any(mount.volume.name == "relative" for container in every for mount in container.mounts)
    )


@given(pods())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_accepted_or_named(pod: dict[str, Any]) -> None:
    stack = new_stack()
    found = named(lambda: eks_job(stack, pod=Pod(**pod)))
    fits = {"vcpus", "memory", "gpus", "vcpus, memory and gpus"}
    assert all(field.startswith("pod.") for field in found - fits)
    if certainly_wrong(pod):
        assert found
    if not found:
        template = synthesize(stack)
        definition = template.only("AWS::Batch::JobDefinition")
        assert not api_problems("RegisterJobDefinition", definition, jobDefinitionName="name")
        assert not schema_problems(template.body)
