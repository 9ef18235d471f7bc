from __future__ import annotations

from support.checks import violations
from support.small_templates import OPEN, environment, queue, template
from support.submitted_jobs import Json, found

from batchwright.checks.rules.bw701_quotas import RULE


def queues(count: int, **marks: object) -> dict[str, Json]:
    return {f"Queue{number:02}": {**queue("Environment"), **marks} for number in range(count)}


def on_cluster(count: int, cluster: object) -> Json:
    eks = {"EksClusterArn": cluster, "KubernetesNamespace": "batch"}
    return template(**{f"Environment{number}": environment(EksConfiguration=eks) for number in range(count)})


def test_the_first_queue_too_many_is_found() -> None:
    assert found(RULE, template(**queues(51))) == [("Queue50", "")]
    assert not violations(RULE, template(**queues(50)))


def test_the_first_environment_too_many_is_found() -> None:
    environments = {f"Environment{number:02}": environment() for number in range(52)}
    assert found(RULE, template(**environments)) == [("Environment50", "")]


def test_clusters_take_five_environments() -> None:
    path = "EksConfiguration.EksClusterArn"
    assert found(RULE, on_cluster(6, "arn:cluster")) == [("Environment5", path)]
    assert not violations(RULE, on_cluster(5, "arn:cluster"))
    assert not violations(RULE, on_cluster(6, OPEN))


def test_other_stacks_and_conditions_are_not_counted() -> None:
    assert not violations(RULE, template(**queues(30)), template(**queues(30)))
    assert not violations(RULE, template(**queues(60, Condition="Maybe")))
