"""Metrics of the hosts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

from batchwright.hosts.part import Contribution, HostAccess, Stage
from batchwright.hosts.sections import section
from batchwright.model import Problem
from batchwright.model.arguments import flag_problems
from batchwright.model.host_arguments import is_list, is_text, missing_problems
from batchwright.model.host_settings import metric_namespace_problems
from batchwright.model.volumes import whole_number_problems
from batchwright.tokens import is_token

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

_CLAIM: Final = "CloudWatch's agent"
_GPU_METRICS: Final = ("utilization_gpu", "utilization_memory", "memory_used", "memory_total", "temperature_gpu")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudWatchAgent:
    """CloudWatch's agent on each host: memory, disks and GPUs, which EC2's own metrics leave out.

    Metrics carry the instance's id and type, and are summed up over the type and over all hosts. They are billed as
    custom metrics, per host. A host whose agent cannot start still takes jobs.

    A network without a way to the internet needs CloudWatch's endpoint: `endpoints=["monitoring"]`.

    Attributes:
        namespace: The namespace of the metrics, the only one that the hosts may write to.
        disks: Mount points to watch.
        gpus: Whether to watch NVIDIA GPUs; for hosts that have some.
        interval_seconds: How often, 1 to 3,600; below 60 the metrics are of high resolution and cost more.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
    """

    namespace: str = "Batchwright/Hosts"
    disks: Sequence[str] = ("/",)
    gpus: bool = False
    interval_seconds: int = 60

    def problems(self) -> Sequence[Problem]:
        """Find what the agent or CloudWatch would refuse."""
        found = [] if is_token(self.namespace) else [*metric_namespace_problems(self.namespace)]
        found += self._disk_problems()
        found += flag_problems("gpus", self.gpus)
        # Its value is written into JSON, so it must be known now.
        found += missing_problems(interval_seconds=self.interval_seconds)
        return [*found, *whole_number_problems("interval_seconds", self.interval_seconds, 1, 3_600)]

    def contribution(self, scope: Construct) -> Contribution:  # noqa: ARG002
        """Add the script that installs, configures and starts it."""
        text = json.dumps(self._configuration(), separators=(",", ":"))
        agent = section("cloudwatch-agent", {"CONFIGURATION": text}, stage=Stage.SERVICES, essential=False)
        return Contribution(sections=[agent], claims=[_CLAIM])

    def permit(self, access: HostAccess) -> None:
        """Let the hosts write metrics of the namespace."""
        access.role.add_to_principal_policy(
            iam.PolicyStatement(
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": self.namespace}},
            )
        )

    def _disk_problems(self) -> list[Problem]:
        if not is_list(self.disks):
            return [Problem("disks", self.disks, "a list of mount points", "Use ['/'].")]
        wrong = [disk for disk in self.disks if not is_text(disk) or not disk.startswith("/")]
        return [Problem("disks", disk, "an absolute path", "Use a path such as '/scratch'.") for disk in wrong]

    def _configuration(self) -> dict[str, object]:
        collected: dict[str, object] = {
            "mem": {"measurement": ["used_percent"]},
            "disk": {
                "measurement": ["used_percent"],
                "resources": list(self.disks),
                "drop_device": True,
            },
        }
        if self.gpus:
            collected["nvidia_gpu"] = {"measurement": list(_GPU_METRICS)}
        return {
            "agent": {"metrics_collection_interval": self.interval_seconds, "omit_hostname": True},
            "metrics": {
                "namespace": self.namespace,
                "append_dimensions": {"InstanceId": "${aws:InstanceId}", "InstanceType": "${aws:InstanceType}"},
                "aggregation_dimensions": [["InstanceType"], []],
                "metrics_collected": collected,
            },
        }
