from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local.engine.shapes import Json, entry, pod

from batchwright.local.engine import BatchError, EmptyVolume

if TYPE_CHECKING:
    from local.engine.harness import Batch


def resources(limits: Json | None = None, requests: Json | None = None) -> Json:
    return pod(entry(resources={"limits": limits or {}, "requests": requests or {}}))


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"podProperties": {"containers": []}}, "at least one container"),
        (pod(*(entry(f"c{n}") for n in range(11))), "up to 10"),
        (pod(entry(), initContainers=[entry(f"c{n}") for n in range(11)]), "up to 10"),
        (pod(entry("a"), entry("a")), "a name of its own"),
        (pod(entry("a"), initContainers=[entry("a")]), "a name of its own"),
        (pod(entry(), entry()), "a name of its own"),
        (pod(entry(), dnsPolicy="Own"), "dnsPolicy"),
        (pod(entry(), metadata={"namespace": "kube-x"}), "namespace"),
        (pod(entry(image="")), "image"),
        (pod(entry(env=[{"name": "AWS_BATCH_X"}])), "reserved"),
        (pod(entry(volumeMounts=[{"name": "v", "mountPath": "/v"}])), "'v', which is not in volumes"),
        (pod(entry(), volumes=[{"name": "v", "emptyDir": {}, "hostPath": {"path": "/"}}]), "one kind only"),
        (resources({"memory": "512Mi"}), "cpu in limits or requests"),
        (resources({"cpu": "1"}), "memory in limits or requests"),
        (resources({"cpu": "0.1", "memory": "512Mi"}), "0.25"),
        (resources({"cpu": "100m", "memory": "512Mi"}), "cpu is '100m'"),
        (resources({"cpu": "1", "memory": "1Gi"}), "Mi"),
        (resources({"cpu": "1", "memory": "512Mi"}, {"memory": "256Mi"}), "same as in limits"),
        (resources({"cpu": "1", "memory": "512Mi"}, {"cpu": "2"}), "up to the limit"),
        (resources({"cpu": "1", "memory": "512Mi", "nvidia.com/gpu": "0.5"}), "whole GPUs"),
    ],
)
def test_refused_pods(eks: Batch, properties: Json, words: str) -> None:
    with pytest.raises(BatchError, match=words):
        eks.register_as("new", eksProperties=properties)
    assert eks("DescribeJobDefinitions", jobDefinitionName="new")["jobDefinitions"] == []


@pytest.mark.parametrize("members", [{"platformCapabilities": ["EC2"]}, {"propagateTags": True}])
def test_members_that_are_not_for_eks(eks: Batch, members: Json) -> None:
    with pytest.raises(BatchError, match="not applicable"):
        eks.register_as("new", eksProperties=pod(entry()), **members)


@pytest.mark.parametrize("size", ["1", "512Mi", "1.5Gi", "2G"])
def test_sizes_of_empty_volumes(eks: Batch, size: str) -> None:
    eks.register_as("pod", eksProperties=pod(entry(), volumes=[{"name": "v", "emptyDir": {"sizeLimit": size}}]))
    eks.submit(jobDefinition="pod", jobQueue="eks")
    eks.clock.run()
    (volume,) = eks.runner.attempts[0].volumes
    assert isinstance(volume, EmptyVolume)
    assert volume.size_mib == {"1": 1, "512Mi": 512, "1.5Gi": 1536, "2G": 1908}[size]


@pytest.mark.parametrize(
    ("override", "words"),
    [
        (pod({"name": "none"}), "'none' is not a container"),
        (pod({"resources": {"limits": {"memory": "1Gi"}}}), "Mi"),
        (pod({"env": [{"name": "AWS_BATCH_X", "value": "1"}]}), "reserved"),
    ],
)
def test_refused_overrides(eks: Batch, override: Json, words: str) -> None:
    eks.register_as("pod", eksProperties=pod(entry()))
    with pytest.raises(BatchError, match=words):
        eks.submit(jobDefinition="pod", jobQueue="eks", eksPropertiesOverride=override)
