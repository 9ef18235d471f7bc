from __future__ import annotations

import pytest
from support.checks import violations
from support.small_templates import OPEN, Json, environment, fargate, maybe, queue, template

from batchwright.checks.rules.bw201_queue_environments import RULE

PATH = "ComputeEnvironmentOrder"
EKS = {"EksClusterArn": "arn", "KubernetesNamespace": "batch"}


def managed_instances(option: object = None) -> Json:
    launch = {"InstanceLaunchTemplate": {"CapacityOptionType": option} if option else {}}
    return environment({"Type": "ECS_MANAGED_INSTANCES", "ManagedInstancesProvider": launch})


UNMANAGED: Json = {"Type": "AWS::Batch::ComputeEnvironment", "Properties": {"Type": "UNMANAGED", "ServiceRole": "r"}}


@pytest.mark.parametrize(
    ("environments", "value"),
    [
        ([environment()] * 4, "4 environments"),
        ([], "0 environments"),
        ([environment({"Type": "SPOT"}), fargate()], "EC2 and Fargate"),
        ([fargate({"Type": "fargate_spot"}), UNMANAGED], "EC2 and Fargate"),
        ([managed_instances(), fargate()], "Fargate and Managed Instances"),
        ([environment(), environment(EksConfiguration=EKS)], "ECS and EKS"),
        ([managed_instances("SPOT"), managed_instances()], "Spot before On-Demand"),
        ([managed_instances("SPOT"), managed_instances("RESERVED")], "Spot before On-Demand"),
    ],
)
def test_environments_that_do_not_go_together_are_found(environments: list[Json], value: str) -> None:
    resources = {f"E{n}": each for n, each in enumerate(environments)}
    (found,) = violations(RULE, template(Queue=queue(*resources), **resources))
    assert (found.resource.logical_id, found.path, found.problem.value) == ("Queue", PATH, value)


@pytest.mark.parametrize(
    "environments",
    [
        [environment()],
        [environment({"Type": "SPOT"}), environment(), UNMANAGED],
        [fargate({"Type": "FARGATE_SPOT"}), fargate()],
        [environment({"Type": OPEN}), fargate()],
        [environment({"Type": "NEW"}), fargate()],
        [environment(), environment(EksConfiguration=maybe(EKS))],
        [managed_instances(), managed_instances("ON_DEMAND"), managed_instances("SPOT")],
        [managed_instances("SPOT"), managed_instances(OPEN)],
    ],
)
def test_others_are_taken(environments: list[Json]) -> None:
    resources = {f"E{n}": each for n, each in enumerate(environments)}
    assert not violations(RULE, template(Queue=queue(*resources), **resources))


def entry(order: int) -> Json:
    return {"Order": order, "ComputeEnvironment": f"arn:aws:batch:eu-west-1:123456789012:compute-environment/e{order}"}


@pytest.mark.parametrize(
    "order",
    [
        [entry(1), maybe(entry(2)), maybe(entry(3)), entry(4)],
        [maybe(entry(1))],
        OPEN,
        maybe([entry(1)]),
        {"Order": 1},
    ],
)
def test_entries_that_may_be_left_out_are_not_counted(order: object) -> None:
    assert not violations(RULE, template(Queue=queue(ComputeEnvironmentOrder=order)))


def test_a_queue_for_service_jobs_has_no_compute_environments() -> None:
    service = {"Order": 1, "ServiceEnvironment": "arn"}
    assert not violations(RULE, template(Queue=queue(ComputeEnvironmentOrder=None, ServiceEnvironmentOrder=[service])))
    assert violations(RULE, template(Queue=queue(ComputeEnvironmentOrder=None)))
