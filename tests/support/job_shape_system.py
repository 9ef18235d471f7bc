"""Jobs of every shape in one stack, each with a pipeline that changes what it runs, and what came of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import aws_cdk as cdk
from aws_cdk import aws_batch as batch
from aws_cdk import aws_secretsmanager as secretsmanager
from support.fake_queues import PlainQueue
from support.local_server import eventually
from support.parts import queue_of

from batchwright import (
    BatchStep,
    ContainerJob,
    ContainerOverride,
    EksJob,
    JobImage,
    JobSecret,
    Mount,
    MultiContainerJob,
    MultiNodeJob,
    NodeGroup,
    Pipeline,
    Pod,
    PodContainer,
    PodVolume,
    RetryStrategy,
    ScratchVolume,
    SubmitOptions,
    TaskContainer,
)
from batchwright.model import Architecture, Capacity, Platform

if TYPE_CHECKING:
    from batchwright.local import LocalAws

IMAGE: Final = "debian:trixie-slim"
SMALL: Final = cdk.Size.mebibytes(64)
# Answers each of so many callers with what it got in capitals, then waits to be stopped or ends.
_SERVE: Final = r"""
use strict; use warnings; use IO::Socket::INET; $| = 1;
my ($port, $callers, $stay) = @ARGV;
my $server = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => $port, Listen => 9, ReuseAddr => 1) or die $!;
for (1 .. $callers) { my $caller = $server->accept; my $line = <$caller>; print "got $line"; print $caller uc $line; }
sleep 1 while $stay;
"""
_CALL: Final = 'until exec 3<>"/dev/tcp/$HOST/5000"; do sleep 0.05; done 2>/dev/null; echo "$SAYS" >&3; cat <&3'
_FILL: Final = "my @parts; push @parts, 'x' x (8 * 1024 * 1024) while @parts < 64; sleep 60"


class JobShapes(cdk.Stack):
    """The stack. What it puts out: a state machine a job by the job's name, and the queues."""

    def __init__(self, scope: cdk.App, construct_id: str, *, image: str) -> None:
        super().__init__(scope, construct_id)
        self._image = JobImage.from_registry(image, architecture=None)
        self._hosts = queue_of(self, "EC2")
        self._sizes: dict[str, Any] = {"image": self._image, "vcpus": 1, "memory": SMALL}
        self._pipeline(self._together(), SubmitOptions(container="main", overrides=[_SERVER_SAYS]), {"WORD": "$.word"})
        self._pipeline(self._nodes(), SubmitOptions(nodes="$.nodes", node_group=1), {"WORD": "$.word"})
        self._pipeline(self._pod(), SubmitOptions(args=["-c", 'cat /notes/note; echo "$WORD"']), {"WORD": "$.word"})
        self._pipeline(self._greedy("Retried", out_of_memory=True), SubmitOptions(), {})
        self._pipeline(self._greedy("Ended", out_of_memory=False), SubmitOptions(), {})

    def _together(self) -> MultiContainerJob:
        # A value in a template is for tests only.
        token = {"token": cdk.SecretValue.unsafe_plain_text("hush")}
        secret = secretsmanager.Secret(self, "Secret", secret_object_value=token)
        shared = ScratchVolume()
        # It takes its time: who does not wait for it finds no note.
        write = 'sleep 1; echo "$WORD" > /shared/note'
        look = "cat /shared/note || echo too early"
        tell = f'{look}; HOST=127.0.0.1; SAYS="$TOKEN $WORD"; {_CALL}'
        mounts = [Mount(shared, "/shared")]
        return MultiContainerJob(
            self,
            "Together",
            queue=self._hosts,
            containers=[
                TaskContainer(
                    name="setup", essential=False, command=["bash", "-c", write], mounts=mounts,
                    environment={"WORD": "unset"}, **self._sizes,
                ),
                TaskContainer(
                    name="server", essential=False, command=["perl", "-e", _SERVE, "5000", "1", "stay"],
                    depends_on={"setup": "SUCCESS"}, stop_timeout=cdk.Duration.seconds(2), **self._sizes,
                ),
                TaskContainer(
                    name="main", command=["bash", "-c", tell],
                    secrets={"TOKEN": JobSecret.from_secrets_manager(secret, field="token")}, mounts=mounts,
                    depends_on={"server": "START"}, **self._sizes,
                ),
            ],
        )  # fmt: skip

    def _nodes(self) -> MultiNodeJob:
        serve = f"exec perl -e '{_SERVE}' 5000 $((AWS_BATCH_JOB_NUM_NODES - 1))"
        call = f'HOST=$AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS; SAYS="$WORD $AWS_BATCH_JOB_NODE_INDEX"; {_CALL}'
        return MultiNodeJob(
            self,
            "Nodes",
            queue=self._hosts,
            groups=[
                NodeGroup(nodes=1, runs=TaskContainer(command=["bash", "-c", serve], **self._sizes)),
                NodeGroup(nodes=1, runs=[TaskContainer(command=["bash", "-c", call], **self._sizes)]),
            ],
        )

    def _pod(self) -> EksJob:
        work = PodVolume.empty_dir("work")
        sizes = self._sizes
        first = PodContainer(
            name="first",
            command=["bash", "-c", "echo prepared > /notes/note"],
            mounts=[work.mount("/notes")],
            **sizes,
        )
        main = PodContainer(command=["bash"], args=["-c", "exit 9"], mounts=[work.mount("/notes")], **sizes)
        return EksJob(self, "Pod", pod=Pod(containers=[main], init_containers=[first]), queue=self._cluster())

    def _greedy(self, name: str, *, out_of_memory: bool) -> ContainerJob:
        """A job that asks for more memory than it said."""
        retries = RetryStrategy.interruptions(attempts=2, out_of_memory=out_of_memory)
        command = ["perl", "-e", _FILL]
        return ContainerJob(self, name, queue=self._hosts, command=command, retries=retries, **self._sizes)

    def _cluster(self) -> PlainQueue:
        """A queue over nodes of a cluster that is only named."""
        environment = batch.CfnComputeEnvironment(
            self,
            "Cluster",
            type="MANAGED",
            state="ENABLED",
            eks_configuration=batch.CfnComputeEnvironment.EksConfigurationProperty(
                eks_cluster_arn=f"arn:aws:eks:{self.region}:{self.account}:cluster/jobs", kubernetes_namespace="jobs"
            ),
            compute_resources=batch.CfnComputeEnvironment.ComputeResourcesProperty(
                type="EC2",
                allocation_strategy="BEST_FIT_PROGRESSIVE",
                minv_cpus=0,
                maxv_cpus=16,
                instance_types=["m7i"],
                instance_role=f"arn:aws:iam::{self.account}:instance-profile/nodes",
                subnets=["subnet-00000001"],
                security_group_ids=["sg-00000001"],
            ),
        )
        order = batch.CfnJobQueue.ComputeEnvironmentOrderProperty(compute_environment=environment.ref, order=1)
        queue = batch.CfnJobQueue(self, "Pods", priority=1, compute_environment_order=[order])
        capacity = Capacity("EC2", Platform.EKS, 16, Architecture.X86_64, ("m7i",), namespace="jobs")
        return PlainQueue((capacity,), job_queue_arn=queue.ref)

    def _pipeline(
        self,
        job: ContainerJob | MultiContainerJob | MultiNodeJob | EksJob,
        options: SubmitOptions,
        environment: dict[str, str],
    ) -> None:
        steps = BatchStep(job, name="Do", environment=environment, options=options)
        pipeline = Pipeline(self, f"{job.label}Run", steps=steps)
        cdk.CfnOutput(self, f"{job.label}Machine", value=pipeline.state_machine.state_machine_arn)


_SERVER_SAYS: Final = ContainerOverride(container="setup", environment={"WORD": "$.note"})


class DeployedShapes:
    """The stack on a local AWS."""

    def __init__(self, aws: LocalAws, outputs: dict[str, str]) -> None:
        self._aws = aws
        self._outputs = outputs

    def run(self, job: str, state: dict[str, Any]) -> dict[str, Any]:
        """Run a job's pipeline to its end; returns what Batch then says of the job."""
        states = self._aws.client("stepfunctions")
        execution = states.start_execution(stateMachineArn=self._outputs[f"{job}Machine"], input=json.dumps(state))[
            "executionArn"
        ]

        def ended() -> dict[str, Any] | None:
            found: dict[str, Any] = states.describe_execution(executionArn=execution)
            return None if found["status"] == "RUNNING" else found

        end = eventually(ended, seconds=120)
        done = json.loads(end["output"])["Do"] if end["status"] == "SUCCEEDED" else json.loads(end["cause"])
        return self.described(done["JobId"])

    def described(self, job_id: str) -> dict[str, Any]:
        """What Batch says of a job."""
        (job,) = self._aws.client("batch").describe_jobs(jobs=[job_id])["jobs"]
        return dict(job)

    def lines(self, stream: str) -> list[str]:
        """What a container wrote, whatever its log group."""
        logs = self._aws.client("logs")
        for group in logs.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            streams = logs.describe_log_streams(logGroupName=name)["logStreams"]
            if stream in {each["logStreamName"] for each in streams}:
                events = logs.get_log_events(logGroupName=name, logStreamName=stream, startFromHead=True)["events"]
                return [str(event["message"]) for event in events]
        raise AssertionError(f"no stream {stream}")
