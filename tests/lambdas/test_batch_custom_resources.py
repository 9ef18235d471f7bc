from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from support.lambda_functions import load_handler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/AWSBatch-own_1"
ENVIRONMENT = "arn:aws:batch:us-east-1:123456789012:compute-environment/own"
ROLE = "arn:aws-cn:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
POLICY = "arn:aws-cn:eks::aws:cluster-access-policy/AWSBatchNamespacePolicy"


@pytest.fixture(scope="module")
def function() -> ModuleType:
    return load_handler("batch_custom_resources")


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Operation")


class Batch:
    def __init__(self, *environments: dict[str, Any]) -> None:
        self.environments = environments

    def describe_compute_environments(self, computeEnvironments: list[str]) -> dict[str, Any]:  # noqa: N803
        assert computeEnvironments == [ENVIRONMENT]
        return {"computeEnvironments": list(self.environments)}


class Eks:
    """The policies of one access entry, which appears after some looks."""

    def __init__(self, *namespaces: str, looks: int = 0, failure: str = "ResourceNotFoundException") -> None:
        self.namespaces = list(namespaces)
        self.looks = looks
        self.failure = failure
        self.calls: list[tuple[str, list[str]]] = []
        self.later: list[str] = []

    def get_paginator(self, operation: str) -> Eks:
        assert operation == "list_associated_access_policies"
        return self

    def paginate(self, **_names: str) -> list[dict[str, Any]]:
        if self.looks:
            self.looks -= 1
            raise error(self.failure)
        other = {"policyArn": POLICY.replace("Namespace", "Cluster"), "accessScope": {"type": "cluster"}}
        own = {"policyArn": POLICY, "accessScope": {"type": "namespace", "namespaces": list(self.namespaces)}}
        return [{"associatedAccessPolicies": [other]}, {"associatedAccessPolicies": [own] if self.namespaces else []}]

    def associate_access_policy(self, **request: Any) -> None:  # noqa: ANN401
        assert request["policyArn"] == POLICY
        assert request["accessScope"]["type"] == "namespace"
        self.namespaces = request["accessScope"]["namespaces"]
        self.calls.append(("associate", self.namespaces))
        if self.later:
            self.namespaces = [self.later.pop()]

    def disassociate_access_policy(self, **request: Any) -> None:  # noqa: ANN401
        assert request["policyArn"] == POLICY
        self.calls.append(("disassociate", []))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def allow(function: ModuleType, eks: Eks, clock: Clock, until: float = 60) -> None:
    function.allow(eks, cluster="jobs", principal=ROLE, namespace="batch", until=until, clock=clock, sleep=clock.sleep)


def withdraw(function: ModuleType, eks: Eks) -> None:
    function.withdraw(eks, cluster="jobs", principal=ROLE, namespace="batch")


def test_the_cluster_of_an_environment(function: ModuleType) -> None:
    assert function.find_cluster(Batch({"ecsClusterArn": CLUSTER}), ENVIRONMENT) == CLUSTER


@pytest.mark.parametrize(
    ("environments", "said"),
    [([], "there is no such environment"), ([{"status": "INVALID", "statusReason": "no role"}], "INVALID: no role")],
)
def test_an_environment_without_a_cluster(function: ModuleType, environments: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(LookupError, match=said):
        function.find_cluster(Batch(*environments), ENVIRONMENT)


def test_a_namespace_joins_those_that_are_there(function: ModuleType) -> None:
    eks = Eks("others")
    allow(function, eks, Clock())
    assert eks.calls == [("associate", ["others", "batch"])]


def test_a_namespace_that_is_there_stays(function: ModuleType) -> None:
    eks = Eks("batch")
    allow(function, eks, Clock())
    assert eks.calls == []


def test_the_access_entry_is_waited_for(function: ModuleType) -> None:
    eks, clock = Eks(looks=3), Clock()
    allow(function, eks, clock)
    assert eks.calls == [("associate", ["batch"])]
    assert clock.now == 20


def test_an_access_entry_that_never_comes_is_explained(function: ModuleType) -> None:
    with pytest.raises(LookupError, match="cluster jobs has no access entry"):
        allow(function, Eks(looks=100), Clock(), until=30)


def test_a_namespace_that_another_resource_has_pushed_out_comes_back(function: ModuleType) -> None:
    eks = Eks()
    eks.later = ["others"]
    allow(function, eks, Clock())
    assert eks.calls == [("associate", ["batch"]), ("associate", ["others", "batch"])]


def test_a_namespace_that_never_stays_is_explained(function: ModuleType) -> None:
    eks = Eks()
    eks.later = ["others"] * 100
    with pytest.raises(LookupError, match="the namespace batch does not stay"):
        allow(function, eks, Clock(), until=30)


@pytest.mark.parametrize("act", ["allow", "withdraw"])
def test_another_error_is_not_taken_for_absence(function: ModuleType, act: str) -> None:
    eks = Eks(looks=1, failure="AccessDeniedException")
    with pytest.raises(ClientError):
        _ = allow(function, eks, Clock()) if act == "allow" else withdraw(function, eks)


def test_a_namespace_is_taken_away_from_the_others(function: ModuleType) -> None:
    eks = Eks("others", "batch")
    withdraw(function, eks)
    assert eks.calls == [("associate", ["others"])]


def test_the_last_namespace_takes_the_policy_along(function: ModuleType) -> None:
    eks = Eks("batch")
    withdraw(function, eks)
    assert eks.calls == [("disassociate", [])]


@pytest.mark.parametrize("eks", [Eks("others"), Eks(looks=1)])
def test_what_is_gone_already_is_no_error(function: ModuleType, eks: Eks) -> None:
    withdraw(function, eks)
    assert eks.calls == []


class Formation:
    """Hears what CloudFormation would."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.types: list[str | None] = []
        heard = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                size = int(self.headers["Content-Length"])
                heard.answers.append(json.loads(self.rfile.read(size)))
                heard.types.append(self.headers.get("Content-Type"))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/answer"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def formation() -> Iterator[Formation]:
    running = Formation()
    try:
        yield running
    finally:
        running.close()


class Context:
    def get_remaining_time_in_millis(self) -> int:
        return 20_000


def event(formation: Formation, kind: str = "Custom::BatchEcsCluster", **changed: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        "RequestType": "Create",
        "ResponseURL": formation.url,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Cluster",
        "ResourceType": kind,
        "ResourceProperties": {"ComputeEnvironment": ENVIRONMENT},
        **changed,
    }


@pytest.fixture
def clients(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    made: dict[str, Any] = {"batch": Batch({"ecsClusterArn": CLUSTER}), "eks": Eks()}
    monkeypatch.setattr(function.boto3, "client", made.__getitem__)
    return made


def test_cloudformation_hears_of_the_cluster(
    function: ModuleType, formation: Formation, clients: dict[str, Any]
) -> None:
    function.handler(event(formation), Context())
    (answer,) = formation.answers
    assert answer == {
        "Status": "SUCCESS",
        "PhysicalResourceId": CLUSTER,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Cluster",
        "Data": {"Arn": CLUSTER, "Name": "AWSBatch-own_1"},
    }
    # The address is signed without a content type.
    assert not formation.types[0]


def test_cloudformation_hears_of_a_namespace(
    function: ModuleType, formation: Formation, clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(function.time, "sleep", lambda _seconds: None)
    properties = {"ClusterName": "jobs", "Namespace": "batch", "PrincipalArn": ROLE}
    request = event(formation, "Custom::BatchNamespaceAccess", ResourceProperties=properties)
    function.handler(request, Context())
    assert formation.answers[0]["PhysicalResourceId"] == "jobs/batch"
    assert clients["eks"].calls == [("associate", ["batch"])]
    # As after a creation that had failed, when its id was another.
    function.handler({**request, "RequestType": "Delete", "PhysicalResourceId": "NamespaceAccess"}, Context())
    assert (formation.answers[1]["Status"], formation.answers[1]["PhysicalResourceId"]) == (
        "SUCCESS",
        "NamespaceAccess",
    )
    assert clients["eks"].calls[1:] == [("disassociate", [])]


def test_cloudformation_hears_of_every_error(
    function: ModuleType, formation: Formation, clients: dict[str, Any]
) -> None:
    clients["batch"].environments = ()
    function.handler(event(formation), Context())
    function.handler(event(formation, "Custom::Other"), Context())
    function.handler(event(formation, ResourceProperties={}), Context())
    assert [answer["Status"] for answer in formation.answers] == ["FAILED"] * 3
    assert [answer["PhysicalResourceId"] for answer in formation.answers] == ["Cluster"] * 3
    assert "there is no such environment" in formation.answers[0]["Reason"]
    assert "KeyError" in formation.answers[2]["Reason"]


def test_nothing_is_looked_up_for_a_cluster_that_goes(
    function: ModuleType, formation: Formation, clients: dict[str, Any]
) -> None:
    clients.clear()
    function.handler(event(formation, RequestType="Delete", PhysicalResourceId=CLUSTER), Context())
    assert formation.answers[0]["Status"] == "SUCCESS"
    assert formation.answers[0]["PhysicalResourceId"] == CLUSTER


def test_a_long_reason_is_cut(function: ModuleType, formation: Formation) -> None:
    answer = function.Answer(physical_id=None, failure="x" * 10_000)
    function.send(answer, event(formation))
    assert len(formation.answers[0]["Reason"]) < 4_096
