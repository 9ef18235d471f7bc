"""A collector of traces and metrics beside the programs of a job."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Size
from aws_cdk import aws_iam as iam

from batchwright.images.job_image import JobImage
from batchwright.jobs.containers.secrets import JobSecret
from batchwright.jobs.multi_container.container import TaskContainer
from batchwright.model import ConfigurationError, Problem
from batchwright.model.arguments import flag_problems, kind_problems, like_problems, required_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aws_cdk import aws_logs as logs

_IMAGE: Final = "public.ecr.aws/aws-observability/aws-otel-collector"
# What the image reads its configuration from, instead of a file. Source:
# https://grafana.com/docs/alloy/latest/collect/ecs-openteletry-data
_VARIABLE: Final = "AOT_CONFIG_CONTENT"
_GRPC: Final = "127.0.0.1:4317"
_HTTP: Final = "127.0.0.1:4318"
# What the exporter of traces calls. Source:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
_TRACE_ACTIONS: Final = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


@dataclass(frozen=True, slots=True, kw_only=True)
class OtelCollector:
    """The AWS Distro for OpenTelemetry as a sidecar: it takes traces and metrics from the programs and sends them on.

        collector = OtelCollector(metrics_log_group=group, metrics_namespace="Simulation")
        job = MultiContainerJob(
            self,
            "Maze",
            queue=queue,
            containers=[
                collector.container(),
                TaskContainer(
                    name="agent", image=agent, vcpus=1, memory=Size.gibibytes(2),
                    environment=collector.environment, depends_on=collector.started,
                ),
            ],
        )
        collector.grant_send(job)

    Traces go to X-Ray, metrics through a log group (embedded metric format) to CloudWatch. It listens on the loopback
    interface only, at OpenTelemetry's ports 4317 (gRPC) and 4318 (HTTP). It is not essential: a job does not fail for
    lack of a collector. Containers that depend on it are stopped before it is, so that it can send what is left.

    On EC2 and Managed Instances all jobs of a host share those ports. A second collector there does not start, and its
    programs send to the first one as long as that runs: give such jobs hosts of their own, or use Fargate.

    Attributes:
        traces: Whether traces go to X-Ray.
        metrics_log_group: The log group through which metrics go to CloudWatch; no metrics when left out.
        metrics_namespace: Their namespace in CloudWatch.
        configuration: The collector's configuration, instead of the one that is made of the above: text, or a
            parameter or secret that holds it. `traces` and `metrics_log_group` then only say what `grant_send` allows;
            what else it needs is to be granted to the job.
        version: The image's tag. Pinned, as a new version may refuse an old configuration.
        vcpus: Its vCPUs; whole ones on EC2, as for every container.
        memory: Its memory.
        name: The container's name.

    Source: https://aws-otel.github.io/docs/setup/ecs and, for the order in which containers stop,
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
    """

    traces: bool = True
    metrics_log_group: logs.ILogGroup | None = None
    metrics_namespace: str | None = None
    configuration: str | JobSecret | None = None
    version: str = "v0.47.0"
    vcpus: float = 1
    memory: Size = field(default_factory=lambda: Size.mebibytes(512))
    name: str = "otel-collector"

    def __post_init__(self) -> None:
        """Refuse what makes no collector; what makes no container is refused with the job.

        Raises:
            ConfigurationError: All that is wrong with it.
        """
        wrong = [*self._problems()]
        if wrong:
            raise ConfigurationError("OtelCollector", wrong)

    @property
    def environment(self) -> Mapping[str, str]:
        """Where the programs send: variables that all SDKs of OpenTelemetry read."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{_HTTP}", "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}

    @property
    def started(self) -> dict[str, Any]:
        """That a container waits for it: its `depends_on`."""
        return {self.name: "START"}

    def container(self) -> TaskContainer:
        """The sidecar, for the containers of a job or of a group of nodes."""
        given = self._made() if self.configuration is None else self.configuration
        return TaskContainer(
            name=self.name,
            image=JobImage.from_registry(f"{_IMAGE}:{self.version}", architecture=None),
            vcpus=self.vcpus,
            memory=self.memory,
            essential=False,
            environment={_VARIABLE: given} if isinstance(given, str) else {},
            secrets={_VARIABLE: given} if isinstance(given, JobSecret) else {},
        )

    def grant_send(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow sending traces to X-Ray, and metrics to their log group and to no other.

        Args:
            grantee: The job, whose role the collector uses.
        """
        if self.traces:
            actions = list(_TRACE_ACTIONS)
            grant = iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=["*"])
        else:
            grant = iam.Grant.drop(grantee, "It sends no traces.")
        if self.metrics_log_group is not None:
            grant = grant.combine(self.metrics_log_group.grant_write(grantee))
        return grant

    def _problems(self) -> Iterable[Problem]:
        group, namespace, own = self.metrics_log_group, self.metrics_namespace, self.configuration
        wrong_kinds = [
            *flag_problems("traces", self.traces),
            *like_problems(
                "metrics_log_group", group, "log_group_name", kind="a log group", fix="Use a logs.LogGroup."
            ),
            *kind_problems("metrics_namespace", namespace, str, fix='Use "Simulation".'),
            *kind_problems("configuration", own, (str, JobSecret), fix="Use a text, or a JobSecret."),
            *required_problems("version", self.version, str, fix='Use a tag, such as "v0.47.0".'),
            *required_problems("name", self.name, str, fix='Use a text, such as "otel-collector".'),
        ]
        yield from wrong_kinds
        if wrong_kinds:
            return
        if own is not None and namespace is not None:
            yield Problem("metrics_namespace", namespace, "none beside a configuration, which says it", "Leave it out.")
        elif own is None and (group is None) != (namespace is None):
            missing = "metrics_log_group" if group is None else "metrics_namespace"
            yield Problem(missing, None, "a log group and a namespace together", "Give both, or none.")
        if own is None and group is None and not self.traces:
            yield Problem("traces", False, "traces, metrics or both", "Leave it out, or give a metrics_log_group.")

    def _made(self) -> str:
        """Write a configuration. JSON is YAML, too."""
        exporters: dict[str, Any] = {}
        pipelines: dict[str, Any] = {}
        if self.traces:
            exporters["awsxray"] = {}
            pipelines["traces"] = _pipeline("awsxray")
        if self.metrics_log_group is not None:
            exporters["awsemf"] = {
                "namespace": self.metrics_namespace,
                "log_group_name": self.metrics_log_group.log_group_name,
                "log_stream_name": "{TaskId}",
                # Each metric once, not once more for each of its dimensions.
                "dimension_rollup_option": "NoDimensionRollup",
            }
            pipelines["metrics"] = _pipeline("awsemf")
        configuration = {
            "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": _GRPC}, "http": {"endpoint": _HTTP}}}},
            "processors": {"resourcedetection": {"detectors": ["env", "ecs"]}, "batch": {}},
            "exporters": exporters,
            # Its own metrics would be served on one more port of the host.
            "service": {"telemetry": {"metrics": {"level": "none"}}, "pipelines": pipelines},
        }
        return json.dumps(configuration)


def _pipeline(exporter: str) -> dict[str, list[str]]:
    return {"receivers": ["otlp"], "processors": ["resourcedetection", "batch"], "exporters": [exporter]}
