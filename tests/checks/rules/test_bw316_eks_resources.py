from __future__ import annotations

import pytest
from support.definitions import OPEN, Template, paths, pod

from batchwright.checks.rules.bw316_eks_resources import RULE

WHERE = "EksProperties.PodProperties.Containers[0].Resources"


def asking(limits: object = None, requests: object = None) -> Template:
    resources = {"Limits": limits, "Requests": requests}
    known = {name: value for name, value in resources.items() if value is not None}
    return pod({"Containers": [{"Image": "image", "Resources": known}]})


def named(namespace: object) -> Template:
    return pod({"Containers": [{"Image": "image"}], "Metadata": {"Namespace": namespace}})


def cluster(namespace: str) -> Template:
    eks = {"EksClusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/c", "KubernetesNamespace": namespace}
    properties = {"Type": "MANAGED", "EksConfiguration": eks, "ComputeResources": {"Type": "EC2", "MaxvCpus": 1}}
    return {"Resources": {"Environment": {"Type": "AWS::Batch::ComputeEnvironment", "Properties": properties}}}


FITS = {
    "quarters, MiB and GPUs": asking({"cpu": "0.25", "memory": "512Mi", "nvidia.com/gpu": "1"}),
    "equal requests": asking({"cpu": "2", "memory": "512Mi"}, {"cpu": "1", "memory": "512Mi"}),
    "thousandths are not judged": asking({"cpu": "250m"}),
    "open": asking({"cpu": OPEN, "memory": OPEN}, {"memory": "4Mi"}),
    "a namespace": named("batch-jobs"),
    "63 characters": named("a" * 63),
    "an open namespace": named(OPEN),
    "a namespace of a cluster": cluster("batch"),
    "the wrong types": asking([], "x"),
}

BREAKS = {
    "not a quarter": (asking({"cpu": "0.3"}), f"{WHERE}.Limits.cpu"),
    "no CPU": (asking(None, {"cpu": 0}), f"{WHERE}.Requests.cpu"),
    "GiB": (asking({"memory": "2Gi"}), f"{WHERE}.Limits.memory"),
    "less than 4 MiB": (asking({"memory": "3Mi"}), f"{WHERE}.Limits.memory"),
    "part of a GPU": (asking({"nvidia.com/gpu": "0.5"}), f"{WHERE}.Limits.nvidia.com/gpu"),
    "a request above the limit": (asking({"cpu": "1"}, {"cpu": "2"}), f"{WHERE}.Requests.cpu"),
    "unequal memory": (asking({"memory": "512Mi"}, {"memory": "256Mi"}), f"{WHERE}.Requests.memory"),
    "unequal GPUs": (asking({"nvidia.com/gpu": "2"}, {"nvidia.com/gpu": 1}), f"{WHERE}.Requests.nvidia.com/gpu"),
    "the default namespace": (named("default"), "EksProperties.PodProperties.Metadata.Namespace"),
    "a capital": (named("Batch"), "EksProperties.PodProperties.Metadata.Namespace"),
    "64 characters": (named("a" * 64), "EksProperties.PodProperties.Metadata.Namespace"),
    "Kubernetes' own": (cluster("kube-system"), "EksConfiguration.KubernetesNamespace"),
}


@pytest.mark.parametrize("case", FITS)
def test_silent(case: str) -> None:
    assert not paths(RULE, FITS[case])


@pytest.mark.parametrize("case", BREAKS)
def test_found(case: str) -> None:
    template, *where = BREAKS[case]
    assert paths(RULE, template) == where
