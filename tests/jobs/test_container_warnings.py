"""Environment variables without a value: AWS takes them, and programs do not find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.annotations import warnings_of
from support.eks_parts import eks_job, pod_container
from support.fake_queues import plain_job
from support.job_shapes import container, multi_container_job, multi_node_job
from support.synthesis import new_stack

from batchwright import NodeGroup
from batchwright.jobs.containers.warnings import VARIABLE_WARNING
from batchwright.model import Platform

if TYPE_CHECKING:
    from collections.abc import Callable

    import aws_cdk as cdk

EMPTY = {"SET": "1", "UNSET": ""}

JOBS: dict[str, tuple[Callable[[cdk.Stack], object], str]] = {
    "one container": (lambda stack: plain_job(stack, Platform.EC2, environment=EMPTY), "environment['UNSET']"),
    "several containers": (
        lambda stack: multi_container_job(
            stack, containers=[container(name="a"), container(name="b", environment=EMPTY)]
        ),
        "containers[1].environment['UNSET']",
    ),
    "nodes": (
        lambda stack: multi_node_job(stack, groups=[NodeGroup(nodes=2, runs=container(environment=EMPTY))]),
        "groups[0].runs.environment['UNSET']",
    ),
    "nodes of several containers": (
        lambda stack: multi_node_job(stack, groups=[NodeGroup(nodes=2, runs=[container(environment=EMPTY)])]),
        "groups[0].runs[0].environment['UNSET']",
    ),
}


@pytest.mark.parametrize(("build", "field"), JOBS.values(), ids=JOBS)
def test_a_variable_without_a_value_is_warned_of(build: Callable[[cdk.Stack], object], field: str) -> None:
    stack = new_stack()
    build(stack)
    (warning,) = warnings_of(stack)
    assert field in warning
    assert VARIABLE_WARNING in warning


def test_pods_keep_variables_without_a_value() -> None:
    stack = new_stack()
    eks_job(stack, pod=pod_container(environment=EMPTY))
    assert not warnings_of(stack)
