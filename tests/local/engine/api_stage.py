"""An account with one of everything, and a valid request of each operation of the AWS Batch API."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from botocore import xform_name
from local.engine.fair_shares import fair_queue
from local.engine.shapes import SIZE, Json, container, entry, nodes, pod, several

if TYPE_CHECKING:
    from local.engine.harness import Batch

INSTANCES = [{"capacityUnit": "ml.g6.xlarge", "maxCapacity": 8}]
SHARING = {
    "capacityLimits": INSTANCES,
    "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW", "borrowLimit": 100},
    "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
}
PROVIDER: Json = {
    "infrastructureRoleArn": "arn",
    "instanceLaunchTemplate": {
        "ec2InstanceProfileArn": "arn",
        "networkConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
    },
}
LICENSE = {"consumableResource": "license", "quantity": 1}
TASK = several(
    container("side", command=["run"]),
    container("main", command=["run"]),
    volumes=[{"name": "v"}],
    taskRoleArn="arn",
    executionRoleArn="arn",
)
POD = pod(
    entry("main"),
    entry("side"),
    initContainers=[entry("init"), entry("second")],
    volumes=[{"name": "v"}],
)
SINGLE: Json = {
    "image": "image",
    "command": ["run"],
    "resourceRequirements": SIZE,
    "jobRoleArn": "arn",
    "volumes": [{"name": "v"}],
}
FARGATE: Json = {
    "image": "image",
    "executionRoleArn": "arn",
    "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
}
# What only one platform takes.
PLATFORMS = {
    "networkConfiguration": "FARGATE",
    "fargatePlatformConfiguration": "FARGATE",
    "platformVersion": "FARGATE",
    "networkMode": "MANAGED_INSTANCES",
}
OLD: Json = {"image": "image", "vcpus": 1, "memory": 512}
SHAPES: dict[str, Json] = {"container": SINGLE, "ecsProperties": TASK, "eksProperties": POD}


class Stage:
    """Has one of everything, and knows what a request for each operation must have."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self._numbers = itertools.count()
        batch.eks()
        self.policy = fair_queue(batch, shareDecaySeconds=600)
        self._environments()
        self._training()
        batch("CreateConsumableResource", consumableResourceName="license", totalQuantity=1_000)
        batch("CreateConsumableResource", consumableResourceName="seats", totalQuantity=1)
        batch.register_as("old", containerProperties=OLD)
        batch.register_as("several", ecsProperties=TASK)
        batch.register_as("pod", eksProperties=POD)
        for kind in SHAPES:
            batch.register_as(f"nodes-{kind}", type="multinode", nodeProperties=_nodes(kind))
        batch.register_as("nodes-old", type="multinode", nodeProperties=_nodes("container", OLD))

    def new(self) -> str:
        """A name that nothing has."""
        return f"n{next(self._numbers)}"

    def request(self, operation: str, leaf: str) -> Json:
        """A request that the operation takes, fit for having the member added."""
        make = getattr(self, f"_{xform_name(operation)}", None)
        return dict(make(leaf)) if make else {}

    def _environments(self) -> None:
        self.batch("CreateComputeEnvironment", computeEnvironmentName="unmanaged", type="UNMANAGED", serviceRole="arn")
        self.batch(
            "CreateComputeEnvironment",
            computeEnvironmentName="instances",
            type="MANAGED",
            computeResources={"type": "ECS_MANAGED_INSTANCES", "maxvCpus": 8, "managedInstancesProvider": PROVIDER},
        )
        self.batch.queue("instances", "instances")
        # Of hosts that were chosen with BEST_FIT, the default, AWS updates hardly anything.
        progressive = {"type": "EC2", "maxvCpus": 8, "subnets": ["s"], "allocationStrategy": "BEST_FIT_PROGRESSIVE"}
        self.batch(
            "CreateComputeEnvironment",
            computeEnvironmentName="progressive",
            type="MANAGED",
            computeResources=progressive,
        )
        self.batch.environment("fargate", 16, "FARGATE")
        self.batch.queue("fargate", "fargate")

    def _training(self) -> None:
        batch = self.batch
        batch(
            "CreateServiceEnvironment",
            serviceEnvironmentName="training",
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            capacityLimits=INSTANCES,
        )
        batch(
            "CreateServiceEnvironment",
            serviceEnvironmentName="instances",
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            capacityLimits=[{"capacityUnit": "NUM_INSTANCES", "maxCapacity": 8}],
        )
        quota = {"idleResourceAssignmentStrategy": "FIFO"}
        self.quota = batch("CreateSchedulingPolicy", name="quota", quotaSharePolicy=quota)["arn"]
        batch("CreateJobQueue", **_training_queue("quota", "training"), schedulingPolicyArn=self.quota)
        batch("CreateJobQueue", **_training_queue("training", "instances"))
        self.share = batch("CreateQuotaShare", quotaShareName="share", jobQueue="quota", **SHARING)["quotaShareArn"]

    def _create_compute_environment(self, leaf: str) -> Json:
        request: Json = {"computeEnvironmentName": self.new(), "type": "MANAGED", "serviceRole": "arn"}
        if leaf == "unmanagedvCpus":
            return {**request, "type": "UNMANAGED"}
        kind = "ECS_MANAGED_INSTANCES" if _of_instances(leaf) else "EC2"
        resources: Json = {"type": kind, "maxvCpus": 16, "instanceTypes": ["m5.xlarge"], "subnets": ["subnet-1"]}
        if _of_instances(leaf):
            resources["managedInstancesProvider"] = PROVIDER
        eks = {"eksClusterArn": "arn", "kubernetesNamespace": "jobs"}
        more = {"eksConfiguration": eks} if leaf.startswith("eksConfiguration") else {}
        return {**request, **more, "computeResources": resources}

    def _update_compute_environment(self, leaf: str) -> Json:
        found = (
            "unmanaged"
            if leaf == "unmanagedvCpus"
            else "instances"
            if _of_instances(leaf)
            else "eks"
            if leaf.startswith("eksConfiguration")
            else "progressive"
        )
        return {"computeEnvironment": found}

    def _create_job_queue(self, leaf: str) -> Json:
        request: Json = {"jobQueueName": self.new(), "priority": 1}
        if leaf.startswith("serviceEnvironmentOrder") or leaf == "jobQueueType":
            return _training_queue(self.new(), "instances")
        return {**request, "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "environment"}]}

    def _update_job_queue(self, leaf: str) -> Json:
        service = leaf.startswith("serviceEnvironmentOrder")
        return {"jobQueue": "training" if service else "fair" if leaf == "schedulingPolicyArn" else "queue"}

    def _create_scheduling_policy(self, _: str) -> Json:
        return {"name": self.new()}

    def _update_scheduling_policy(self, leaf: str) -> Json:
        return {"arn": self.quota if leaf.startswith("quotaSharePolicy") else self.policy}

    def _create_service_environment(self, _: str) -> Json:
        name, kind = self.new(), "SAGEMAKER_TRAINING"
        return {"serviceEnvironmentName": name, "serviceEnvironmentType": kind, "capacityLimits": INSTANCES}

    def _update_service_environment(self, _: str) -> Json:
        return {"serviceEnvironment": "training"}

    def _create_quota_share(self, _: str) -> Json:
        return {"quotaShareName": self.new(), "jobQueue": "quota", **SHARING}

    def _update_quota_share(self, _: str) -> Json:
        return {"quotaShareArn": self.share}

    def _create_consumable_resource(self, _: str) -> Json:
        return {"consumableResourceName": self.new()}

    def _update_consumable_resource(self, _: str) -> Json:
        return {"consumableResource": "seats"}

    def _register_job_definition(self, leaf: str) -> Json:
        request: Json = {"jobDefinitionName": self.new(), "type": "container"}
        if leaf.startswith("nodeProperties"):
            kind = next((kind for kind in SHAPES if f".{kind}." in leaf), "container")
            own = OLD if leaf.endswith(("container.vcpus", "container.memory")) else None
            return {**request, "type": "multinode", "nodeProperties": _nodes(kind, own)}
        platform = next((PLATFORMS[name] for name in leaf.split(".") if name in PLATFORMS), None)
        if platform is not None:
            request["platformCapabilities"] = [platform]
        if leaf.startswith(("ecsProperties", "eksProperties")):
            member = leaf.partition(".")[0]
            return {**request, member: SHAPES[member]}
        if platform is not None:
            return {**request, "containerProperties": FARGATE}
        old = leaf in ("containerProperties.vcpus", "containerProperties.memory")
        return {**request, "containerProperties": OLD if old else SINGLE}

    def _deregister_job_definition(self, _: str) -> Json:
        return {"jobDefinition": self.batch.register(self.new())}

    def _submit_job(self, leaf: str) -> Json:
        request: Json = {"jobName": self.new(), "jobQueue": "queue", "jobDefinition": "old"}
        if leaf in ("shareIdentifier", "schedulingPriorityOverride"):
            return {**request, "jobQueue": "fair", "shareIdentifier": "team", "schedulingPriorityOverride": 1}
        if leaf == "dependsOn.type":
            return {**request, "arrayProperties": {"size": 2}, "dependsOn": [{"type": "SEQUENTIAL"}]}
        override = _override(leaf)
        if not leaf.startswith("nodeOverrides"):
            definition = "several" if "ecs" in leaf else "pod" if "eks" in leaf else "old"
            return {**request, **override, "jobQueue": _queue(leaf), "jobDefinition": definition}
        kind = "ecsProperties" if "ecsP" in leaf else "eksProperties" if "eksP" in leaf else "old"
        changes = {"nodePropertyOverrides": [{"targetNodes": "0:", **override}]}
        return {**request, "jobQueue": _queue(leaf), "jobDefinition": f"nodes-{kind}", "nodeOverrides": changes}

    def _submit_service_job(self, _: str) -> Json:
        request = {"jobName": "j", "jobQueue": "training", "serviceRequestPayload": "{}"}
        return {**request, "serviceJobType": "SAGEMAKER_TRAINING"}

    def _list_service_jobs(self, _: str) -> Json:
        return {"jobQueue": "training"}

    def _list_consumable_resources(self, leaf: str) -> Json:
        given = [{"name": "CONSUMABLE_RESOURCE_NAME", "values": ["a*"]}]
        return {"filters": given} if leaf.startswith("filters") else {}

    def _list_jobs(self, leaf: str) -> Json:
        if leaf in ("arrayJobId", "multiNodeJobId"):
            return {}
        return {"jobQueue": "queue"}

    def _delete_compute_environment(self, _: str) -> Json:
        request = self._create_compute_environment("")
        self.batch("CreateComputeEnvironment", **request, state="DISABLED")
        return {"computeEnvironment": request["computeEnvironmentName"]}

    def _delete_service_environment(self, _: str) -> Json:
        request = self._create_service_environment("")
        self.batch("CreateServiceEnvironment", **request, state="DISABLED")
        return {"serviceEnvironment": request["serviceEnvironmentName"]}

    def _delete_job_queue(self, _: str) -> Json:
        request = self._create_job_queue("")
        self.batch("CreateJobQueue", **request, state="DISABLED")
        return {"jobQueue": request["jobQueueName"]}

    def _delete_quota_share(self, _: str) -> Json:
        made = self.batch("CreateQuotaShare", **self._create_quota_share(""), state="DISABLED")
        return {"quotaShareArn": made["quotaShareArn"]}

    def _delete_scheduling_policy(self, _: str) -> Json:
        return {"arn": self.batch("CreateSchedulingPolicy", name=self.new())["arn"]}

    def _delete_consumable_resource(self, _: str) -> Json:
        made = self.batch("CreateConsumableResource", consumableResourceName=self.new())
        return {"consumableResource": made["consumableResourceName"]}

    def value(self, operation: str, leaf: str) -> Any:  # noqa: ANN401
        """The value of a member that only an account with something in it has; None for other members."""
        batch = self.batch
        if operation == "ListJobs" and leaf == "arrayJobId":
            return batch.submit(arrayProperties={"size": 2})
        if operation == "ListJobs" and leaf == "multiNodeJobId":
            return batch.submit(jobDefinition="nodes-old")
        if leaf == "dependsOn.jobId":
            return batch.submit()
        own = {
            "jobQueue": "queue",
            "computeEnvironment": "environment",
            "serviceEnvironment": "training",
            "schedulingPolicyArn": self.policy,
            "consumableResource": "license",
            "quotaShareArn": self.share,
            "arn": self.policy,
            "jobDefinition": "definition:1",
        }
        if leaf == "resourceArn":
            return self.policy
        if leaf == "serviceEnvironmentOrder.serviceEnvironment":
            return "instances"
        return own.get(leaf.rpartition(".")[2])


def _training_queue(name: str, environment: str) -> Json:
    order = [{"order": 1, "serviceEnvironment": environment}]
    kind = "SAGEMAKER_TRAINING"
    return {"jobQueueName": name, "priority": 1, "jobQueueType": kind, "serviceEnvironmentOrder": order}


def _queue(leaf: str) -> str:
    return "eks" if "eksProperties" in leaf else "queue"


def _override(leaf: str) -> Json:
    """The override of several containers that a member is of: it has to name the container."""
    if "ecsPropertiesOverride" in leaf:
        return {"ecsPropertiesOverride": {"taskProperties": [{"containers": [{"name": "side"}]}]}}
    if "eksPropertiesOverride" in leaf:
        pod_override = {"containers": [{"name": "main"}], "initContainers": [{"name": "init"}]}
        return {"eksPropertiesOverride": {"podProperties": pod_override}}
    return {}


def _of_instances(leaf: str) -> bool:
    return "managedInstancesProvider" in leaf or leaf == "computeResources.capacityTags"


def _nodes(kind: str, properties: Json | None = None) -> Json:
    return nodes(2, {"targetNodes": "0:", kind: properties or SHAPES[kind]})
