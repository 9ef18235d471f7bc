"""Every shape of job through the engine, in real containers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from local.runners.docker.test_docker_tasks import SERVE
from local.runners.harness import PATIENCE, RecordingAws, left_behind

from batchwright.local.engine import BatchEngine, EngineLimits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from batchwright.local.runners.docker.runner import DockerRunner

pytestmark = pytest.mark.docker

LOG = {"logDriver": "awslogs", "options": {"awslogs-group": "/mine", "awslogs-stream-prefix": "p"}}
RESOURCES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]


class Service:
    """An engine with a queue on EC2 and one on EKS."""

    def __init__(self, runner: DockerRunner) -> None:
        limits = EngineLimits(min_timeout_seconds=1, stop_grace_seconds=1)
        self.engine = BatchEngine(
            account="123456789012", region="us-east-1", runner=runner, emit=lambda _: None, limits=limits
        )
        resources = {
            "type": "EC2", "maxvCpus": 8, "minvCpus": 0, "instanceTypes": ["optimal"], "subnets": ["subnet-1"],
            "securityGroupIds": ["sg-1"], "instanceRole": "arn:aws:iam::123456789012:instance-profile/p",
        }  # fmt: skip
        eks = {
            "eksClusterArn": "arn:aws:eks:us-east-1:123456789012:cluster/c",
            "kubernetesNamespace": "batch",
        }
        for name, more in (("ec2", {}), ("eks", {"eksConfiguration": eks})):
            self.engine.handle(
                "CreateComputeEnvironment",
                {"computeEnvironmentName": name, "type": "MANAGED", "computeResources": resources, **more},
            )
            order = [{"order": 1, "computeEnvironment": name}]
            self.engine.handle(
                "CreateJobQueue", {"jobQueueName": name, "priority": 1, "computeEnvironmentOrder": order}
            )

    def run(self, definition: Mapping[str, Any], *, queue: str = "ec2", **members: object) -> dict[str, Any]:
        self.engine.handle("RegisterJobDefinition", {"jobDefinitionName": "d", **definition})
        job = self.engine.handle("SubmitJob", {"jobName": "job", "jobQueue": queue, "jobDefinition": "d", **members})
        return self.ended(str(job["jobId"]))

    def ended(self, job: str) -> dict[str, Any]:
        detail = self.engine.wait(job, PATIENCE)
        assert detail is not None
        return detail


@pytest.fixture
def service(docker_runner: DockerRunner) -> Iterator[Service]:
    made = Service(docker_runner)
    yield made
    made.engine.close()


def test_containers_of_a_task(service: Service, aws: RecordingAws, image: str) -> None:
    shared = [{"sourceVolume": "v", "containerPath": "/v"}]
    common = {"image": image, "resourceRequirements": RESOURCES, "logConfiguration": LOG, "mountPoints": shared}
    line = "until [ -e /v/ready ]; do sleep 0.05; done; cat /v/ready; exit 4"
    containers = [
        {
            **common,
            "name": "side",
            "essential": False,
            "command": [
                "sh",
                "-c",
                "trap 'exit 0' TERM; echo from-side > /v/t; mv /v/t /v/ready; sleep 99 & wait",
            ],
        },
        {
            **common,
            "name": "main",
            "essential": True,
            "command": ["sh", "-c", line],
            "dependsOn": [{"containerName": "side", "condition": "START"}],
        },
    ]
    task = {"containers": containers, "volumes": [{"name": "v", "host": {}}]}

    detail = service.run({"type": "container", "ecsProperties": {"taskProperties": [task]}})

    assert detail["status"] == "FAILED"
    found = {c["name"]: c for c in detail["ecsProperties"]["taskProperties"][0]["containers"]}
    assert found["main"]["exitCode"] == 4
    assert found["side"]["exitCode"] in (0, 143, 137)
    assert aws.lines[found["main"]["logStreamName"]] == ["from-side"]


def test_nodes_exchange_data_and_the_main_one_decides(
    service: Service, docker_runner: DockerRunner, aws: RecordingAws, image: str, label: str
) -> None:
    common = {"image": image, "resourceRequirements": RESOURCES, "logConfiguration": LOG}
    send = (
        "until exec 3<>/dev/tcp/$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS/5000; do sleep 0.05; done 2>/dev/null; "
        "echo node $AWS_BATCH_JOB_NODE_INDEX of $AWS_BATCH_JOB_NUM_NODES >&3; cat <&3"
    )
    properties = {
        "numNodes": 3,
        "mainNode": 0,
        "nodeRangeProperties": [
            {"targetNodes": "0:0", "container": {**common, "command": ["perl", "-e", SERVE, "2"]}},
            {"targetNodes": "1:2", "container": {**common, "command": ["bash", "-c", send]}},
        ],
    }

    detail = service.run({"type": "multinode", "nodeProperties": properties})

    assert detail["status"] == "SUCCEEDED", detail
    main = service.ended(f"{detail['jobId']}#0")
    assert sorted(aws.lines[main["container"]["logStreamName"]]) == ["got node 1 of 3", "got node 2 of 3", "listening"]
    service.engine.close()
    docker_runner.close()
    assert left_behind(label) == []


def test_a_pod_with_an_init_container(service: Service, aws: RecordingAws, image: str) -> None:
    mount = [{"name": "v", "mountPath": "/v"}]
    resources = {"limits": {"cpu": "1", "memory": "64Mi"}}
    common = {"image": image, "volumeMounts": mount, "resources": resources}
    pod = {
        "initContainers": [{**common, "name": "fill", "command": ["sh", "-c", "echo filled > /v/f"]}],
        "containers": [{**common, "name": "read", "command": ["sh", "-c"], "args": ["grep filled /v/f"]}],
        "volumes": [{"name": "v", "emptyDir": {"medium": "Memory", "sizeLimit": "8Mi"}}],
    }
    detail = service.run({"type": "container", "eksProperties": {"podProperties": pod}}, queue="eks")
    assert detail["status"] == "SUCCEEDED", detail


def test_running_out_of_memory_can_be_retried(service: Service, image: str) -> None:
    container = {
        "image": image,
        "command": ["sh", "-c", '[ "$AWS_BATCH_JOB_ATTEMPT" = 2 ] || tail /dev/zero'],
        "resourceRequirements": RESOURCES,
        "logConfiguration": LOG,
    }
    rules = [{"onReason": "OutOfMemoryError:*", "action": "RETRY"}, {"onExitCode": "*", "action": "EXIT"}]
    detail = service.run(
        {"type": "container", "containerProperties": container},
        retryStrategy={"attempts": 3, "evaluateOnExit": rules},
    )
    assert detail["status"] == "SUCCEEDED", detail
    assert detail["attempts"][0]["container"]["exitCode"] == 137
    assert detail["attempts"][0]["container"]["reason"] == "OutOfMemoryError: Container killed due to memory usage"


def test_a_missing_secret_fails_the_job(service: Service, image: str) -> None:
    container = {
        "image": image,
        "command": ["true"],
        "resourceRequirements": RESOURCES,
        "logConfiguration": LOG,
        "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
        "secrets": [{"name": "A", "valueFrom": "arn:aws:secretsmanager:us-east-1:123456789012:secret:none"}],
    }
    detail = service.run({"type": "container", "containerProperties": container})
    assert detail["status"] == "FAILED"
    assert detail["statusReason"].startswith("ResourceInitializationError: unable to pull secrets or registry auth")
