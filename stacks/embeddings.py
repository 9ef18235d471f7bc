"""Image embeddings: every image below some prefixes of a bucket becomes a vector in a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from batchwright import (
    Architecture,
    ArrayStep,
    BatchPlatform,
    ContainerJob,
    Fail,
    JobImage,
    LambdaStep,
    Pipeline,
    RetryRule,
    RetryStrategy,
    S3Trigger,
    ShippedFunction,
    Step,
    container_folder,
)
from batchwright.model import Problems
from batchwright.tokens import as_text, is_token, where, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Environment
    from constructs import Construct

    from batchwright import Fargate, OnDemand, Spot

REQUESTS = "requests/"
_VCPUS = 2
# What lambdas/split_manifest takes.
_MOST_IMAGES_PER_JOB: Final = 1_000_000
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}")

# By the container's exit codes: 20 to 29 come back in every attempt, and so do a crash (1) and too little memory (137).
# Whatever no rule matches is tried again: throttled writes and unwell services (30 to 39), and attempts that never
# started, for an image that could not be pulled, for example.
_RETRIES: Final = RetryStrategy(
    attempts=3,
    rules=(
        RetryRule(action="RETRY", on_status_reason="Host EC2*"),
        RetryRule(action="RETRY", on_status_reason="Your Spot Task was interrupted*"),
        RetryRule(action="EXIT", on_exit_code="1*"),
        RetryRule(action="EXIT", on_exit_code="2*"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The ONNX network that makes the vectors.

    Attributes:
        uri: `s3://bucket/key` of the file, in the stack's own bucket or one that the job role is granted.
        sha256: Its SHA-256 in hexadecimal; the job refuses any other bytes.
    """

    uri: str
    sha256: str


class ImageEmbeddings(Stack):
    """Turns images in S3 into vectors in DynamoDB with one array job a run.

    A run starts with a Step Functions execution (`{"prefixes": ["images/"]}`) or with an upload of the same JSON to
    `requests/<name>.json`. A Lambda function splits the images into lists, an array job embeds one list a child, a
    second function writes `summaries/<run>.json`. Failed jobs and the end of each run are reported to a topic.

    Args:
        scope: The app.
        construct_id: The stack's name.
        images_per_job: Images that one child embeds, 1 to 1,000,000. A thousand keep a child busy for some minutes,
            below which starting it costs more than its work.
        capacity: Where jobs run; Spot with On-Demand behind it by default. The image is built for its architecture.
        model: The network to use; the small one in the image by default.
        removal_policy: What becomes of bucket and table when the stack goes; they stay by default.
        env: Account and region.

    Raises:
        ConfigurationError: A value that a run would refuse.

    Attributes:
        bucket: Images, requests, manifests, reports and summaries.
        table: One item an image.
        platform: Network, environments, queue and topic.
        job: The job definition.
        pipeline: The state machine.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        images_per_job: int = 1_000,
        capacity: Sequence[Spot | OnDemand | Fargate] | None = None,
        model: Model | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Batchwright: image embeddings with AWS Batch")
        self._check(images_per_job, model)
        self.platform = BatchPlatform(self, "Batch", capacity=capacity)
        self.bucket = self._make_bucket(removal_policy)
        self._bucket_name = self.bucket.bucket_name
        self.table = self._make_table(removal_policy)
        self._table_name = self.table.table_name
        self.job = self._make_job(model)
        self.pipeline = Pipeline(self, "Embeddings", steps=self._steps(images_per_job)).notify(self.platform.topic)
        self.trigger = S3Trigger(
            self, "Requests", bucket=self.bucket, pipeline=self.pipeline, prefix=REQUESTS, suffix=".json"
        )
        self._make_outputs()

    def _check(self, images_per_job: int, model: Model | None) -> None:
        problems = Problems(where(self))
        problems.check(
            within(images_per_job, 1, _MOST_IMAGES_PER_JOB),
            field="images_per_job",
            value=images_per_job,
            allowed=f"1 to {_MOST_IMAGES_PER_JOB:,}",
            fix="A thousand is the default.",
        )
        if model:
            problems.check(
                is_token(model.uri) or model.uri.startswith("s3://"),
                field="model.uri",
                value=model.uri,
                allowed="s3://bucket/key",
                fix="Upload the file to S3; leave model out for the network in the image.",
            )
            problems.check(
                is_token(model.sha256) or bool(_SHA256.fullmatch(model.sha256)),
                field="model.sha256",
                value=model.sha256,
                allowed="64 hexadecimal digits",
                fix="Write what `sha256sum FILE` prints.",
            )
        problems.raise_if_any()

    def _make_bucket(self, removal_policy: RemovalPolicy) -> s3.Bucket:
        closed = s3.BlockPublicAccess.BLOCK_ALL
        access_logs = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=closed,
            enforce_ssl=True,
            removal_policy=removal_policy,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
        )
        return s3.Bucket(
            self,
            "Images",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=closed,
            enforce_ssl=True,
            versioned=True,
            server_access_logs_bucket=access_logs,
            removal_policy=removal_policy,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=Duration.days(30),
                    abort_incomplete_multipart_upload_after=Duration.days(7),
                )
            ],
        )

    def _make_table(self, removal_policy: RemovalPolicy) -> dynamodb.Table:
        return dynamodb.Table(
            self,
            "Vectors",
            partition_key=dynamodb.Attribute(name="ImageId", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=removal_policy,
        )

    def _make_job(self, model: Model | None) -> ContainerJob:
        # On Fargate, where each job chooses, the architecture that every Region has.
        architecture = self.platform.queue.architecture or Architecture.X86_64
        image = JobImage.from_folder(self, "EmbedImage", container_folder("embed"), architecture=architecture)
        job = ContainerJob(
            self,
            "Embed",
            image=image,
            queue=self.platform.queue,
            vcpus=_VCPUS,
            memory=Size.gibibytes(4),
            timeout=Duration.hours(4),
            retries=_RETRIES,
            environment={
                "TABLE_NAME": self._table_name,
                # EC2 hosts bound a container's share, not its threads.
                "VCPUS": str(_VCPUS),
                **({"MODEL_URI": model.uri, "MODEL_SHA256": model.sha256} if model else {}),
            },
        )
        self.bucket.grant_read(job.job_role)
        self.bucket.grant_put(job.job_role, "reports/*")
        self.bucket.grant_put(job.job_role, "failed/*")
        self.table.grant(job.job_role, "dynamodb:BatchWriteItem")
        return job

    def _steps(self, images_per_job: int) -> Step:
        splitter = ShippedFunction(
            self,
            "Split",
            name="split_manifest",
            environment={"BUCKET": self._bucket_name, "IMAGES_PER_JOB": as_text(images_per_job)},
            timeout_minutes=15,
            memory_mib=1024,
        )
        summarizer = ShippedFunction(self, "Summarize", name="summarize_run", timeout_minutes=15, memory_mib=1024)
        self.bucket.grant_read(splitter.function, f"{REQUESTS}*")
        self.bucket.grant_put(splitter.function, "manifests/*")
        self.bucket.grant_read(summarizer.function, "manifests/*")
        self.bucket.grant_read(summarizer.function, "reports/*")
        self.bucket.grant_put(summarizer.function, "summaries/*")
        split = LambdaStep(
            splitter.function, name="SplitImages", payload={"request": "$", "execution": "$$.Execution.Name"}
        )
        embed = ArrayStep(self.job, size="$.size", environment={"MANIFEST_URI": "$.manifest"})
        embed.catch(
            LambdaStep(summarizer.function, name="SummarizeFailure", result_path="$.summary")
            >> Fail(
                "NotAllEmbedded",
                error="Embeddings.JobFailed",
                cause="A child of the array job failed for good: see its log, and the summary for missing lists.",
            )
        )
        return split >> embed >> LambdaStep(summarizer.function, name="SummarizeRun")

    def _make_outputs(self) -> None:
        for name, value, description in (
            ("BucketName", self._bucket_name, "Upload images here, and requests to requests/"),
            ("TableName", self._table_name, "One item an image"),
            ("StateMachineArn", self.pipeline.state_machine_arn, "Start a run with it"),
            ("TopicArn", self.platform.topic.topic_arn, "Hears of failed jobs and of the end of each run"),
            ("QueueArn", self.platform.queue.job_queue_arn, "Where the jobs run"),
        ):
            CfnOutput(self, name, value=value, description=description)
