"""Image embeddings: every image below some prefixes of a bucket becomes a vector in a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Size, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from batchwright import (
    ArrayStep,
    BatchPlatform,
    ContainerJob,
    Fail,
    JobImage,
    LambdaStep,
    Pipeline,
    S3Trigger,
    ShippedFunction,
    Step,
    container_folder,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Environment
    from constructs import Construct

    from batchwright import Fargate, OnDemand, Spot

REQUESTS = "requests/"
_VCPUS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
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
        images_per_job: Images that one child embeds, 1 or more. A thousand keep a child busy for some minutes, below
            which starting it costs more than its work.
        capacity: Where jobs run; Spot with On-Demand behind it by default.
        network: The network to use; the small one in the image by default.
        removal_policy: What becomes of bucket and table when the stack goes; they stay by default.
        env: Account and region.

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
        network: Network | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
        env: Environment | None = None,
    ) -> None:
        super().__init__(scope, construct_id, env=env, description="Batchwright: image embeddings with AWS Batch")
        self.platform = BatchPlatform(self, "Batch", capacity=capacity)
        self.bucket = self._make_bucket(removal_policy)
        self.table = self._make_table(removal_policy)
        self.job = self._make_job(network)
        self.pipeline = Pipeline(self, "Embeddings", steps=self._steps(images_per_job)).notify(self.platform.topic)
        self.trigger = S3Trigger(
            self, "Requests", bucket=self.bucket, pipeline=self.pipeline, prefix=REQUESTS, suffix=".json"
        )
        self._make_outputs()

    def _make_bucket(self, removal_policy: RemovalPolicy) -> s3.Bucket:
        access_logs = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            removal_policy=removal_policy,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
        )
        return s3.Bucket(
            self,
            "Images",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
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

    def _make_job(self, network: Network | None) -> ContainerJob:
        image = JobImage.from_folder(self, "EmbedImage", container_folder("embed"))
        job = ContainerJob(
            self,
            "Embed",
            image=image,
            queue=self.platform.queue,
            vcpus=_VCPUS,
            memory=Size.gibibytes(4),
            timeout=Duration.hours(4),
            environment={
                "TABLE_NAME": self.table.table_name,
                # EC2 hosts bound a container's share, not its threads.
                "VCPUS": str(_VCPUS),
                **({"MODEL_URI": network.uri, "MODEL_SHA256": network.sha256} if network else {}),
            },
        )
        self.bucket.grant_read(job.job_role)
        self.bucket.grant_put(job.job_role, "reports/*")
        self.bucket.grant_put(job.job_role, "failed/*")
        self.table.grant(job.job_role, "dynamodb:BatchWriteItem", "dynamodb:PutItem")
        return job

    def _steps(self, images_per_job: int) -> Step:
        splitter = ShippedFunction(
            self,
            "Split",
            name="split_manifest",
            environment={"BUCKET": self.bucket.bucket_name, "IMAGES_PER_JOB": str(images_per_job)},
            timeout_minutes=15,
            memory_mib=1024,
        )
        summarizer = ShippedFunction(self, "Summarize", name="summarize_run", timeout_minutes=15, memory_mib=1024)
        self.bucket.grant_read(splitter.function)
        self.bucket.grant_put(splitter.function, "manifests/*")
        self.bucket.grant_read(summarizer.function)
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
            ("BucketName", self.bucket.bucket_name, "Upload images here, and requests to requests/"),
            ("TableName", self.table.table_name, "One item an image"),
            ("StateMachineArn", self.pipeline.state_machine.state_machine_arn, "Start a run with it"),
            ("TopicArn", self.platform.topic.topic_arn, "Hears of failed jobs and of the end of each run"),
            ("QueueArn", self.platform.queue.job_queue_arn, "Where the jobs run"),
        ):
            CfnOutput(self, name, value=value, description=description)
