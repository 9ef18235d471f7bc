"""What `stacks/embeddings.py` deploys, written with aws-cdk-lib alone: `python handwritten.py` writes to CDK_OUTDIR.

As a careful engineer would write it: L2 constructs everywhere, overrides of the L1 resource below where an L2 lacks a
property (the launch template's version, the bucket's events without a custom resource).
"""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_batch as batch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct  # noqa: TC002 - written as its author would

ROOT = Path(__file__).resolve().parents[2]
ENDPOINTS = ("ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "secretsmanager")
AGENT_SETTINGS = (
    "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
    "ECS_IMAGE_PULL_BEHAVIOR=prefer-cached",
    "ECS_IMAGE_PULL_INACTIVITY_TIMEOUT=10m",
)


class ImageEmbeddings(cdk.Stack):
    """Network, environments, queue, bucket, table, job, functions, state machine, notifications."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id, description="Image embeddings with AWS Batch")
        self.vpc = self.make_network()
        self.queue = self.make_queue()
        self.topic = self.make_topic()
        self.bucket = self.make_bucket()
        self.table = self.make_table()
        self.job = self.make_job()
        self.machine = self.make_machine()
        self.report_failed_jobs()
        self.report_executions()
        self.start_on_upload()
        self.make_outputs()

    def make_network(self) -> ec2.Vpc:
        """A VPC without NAT gateways, with the endpoints that Batch needs."""
        vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=0,
            subnet_configuration=[
                ec2.SubnetConfiguration(name="Batch", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, cidr_mask=18)
            ],
            gateway_endpoints={
                "S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3),
                "DynamoDb": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.DYNAMODB),
            },
            restrict_default_security_group=False,
        )
        flow_logs = logs.LogGroup(
            self, "FlowLogs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        vpc.add_flow_log(
            "Rejected",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(flow_logs),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        group = ec2.SecurityGroup(self, "Endpoints", vpc=vpc, description="VPC endpoints", allow_all_outbound=False)
        group.add_ingress_rule(ec2.Peer.ipv4(vpc.vpc_cidr_block), ec2.Port.HTTPS, "HTTPS from the VPC")
        for service in ENDPOINTS:
            vpc.add_interface_endpoint(
                "".join(part.capitalize() for part in service.replace("-", ".").split(".")),
                service=ec2.InterfaceVpcEndpointAwsService(service),
                security_groups=[group],
                open=False,
            )
        return vpc

    def make_queue(self) -> batch.JobQueue:
        """Spot, then On-Demand, and time limits for what can never start."""
        limits = {
            batch.JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY: 240,
            batch.JobStateTimeLimitActionsReason.COMPUTE_ENVIRONMENT_MAX_RESOURCE: 60,
            batch.JobStateTimeLimitActionsReason.JOB_RESOURCE_REQUIREMENT: 60,
        }
        return batch.JobQueue(
            self,
            "Queue",
            priority=1,
            compute_environments=[
                batch.OrderedComputeEnvironment(
                    order=1,
                    compute_environment=self.make_environment(
                        "Spot", spot=True, strategy=batch.AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED
                    ),
                ),
                batch.OrderedComputeEnvironment(
                    order=2,
                    compute_environment=self.make_environment(
                        "OnDemand", spot=False, strategy=batch.AllocationStrategy.BEST_FIT_PROGRESSIVE
                    ),
                ),
            ],
            job_state_time_limit_actions=[
                batch.JobStateTimeLimitAction(max_time=cdk.Duration.minutes(minutes), reason=reason)
                for reason, minutes in limits.items()
            ],
        )

    def make_environment(
        self, name: str, *, spot: bool, strategy: batch.AllocationStrategy
    ) -> batch.ManagedEc2EcsComputeEnvironment:
        """A compute environment with hosts of its own."""
        template = self.make_launch_template(f"{name}Hosts")
        environment = batch.ManagedEc2EcsComputeEnvironment(
            self,
            name,
            vpc=self.vpc,
            spot=spot,
            allocation_strategy=strategy,
            default_instance_classes=[batch.DefaultInstanceClass.X86_64],
            images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023)],
            launch_template=template,
            minv_cpus=0,
            maxv_cpus=256,
            replace_compute_environment=False,
            terminate_on_update=False,
            update_timeout=cdk.Duration.minutes(30),
            update_to_latest_image_version=True,
        )
        # The L2 leaves the version at $Default, which an edit of the template never reaches.
        resource = environment.node.default_child
        assert isinstance(resource, batch.CfnComputeEnvironment)  # noqa: S101
        resource.add_property_override("ComputeResources.LaunchTemplate.Version", template.latest_version_number)
        return environment

    def make_launch_template(self, name: str) -> ec2.LaunchTemplate:
        """IMDSv2, an encrypted disk, the agent's settings."""
        shell = ec2.UserData.for_linux()
        shell.add_commands("mkdir -p /etc/ecs", *(f"echo {line} >> /etc/ecs/ecs.config" for line in AGENT_SETTINGS))
        user_data = ec2.MultipartUserData()
        user_data.add_part(ec2.MultipartBody.from_user_data(shell))
        return ec2.LaunchTemplate(
            self,
            name,
            block_devices=[
                ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=ec2.BlockDeviceVolume.ebs(
                        100, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3, iops=3000, throughput=250
                    ),
                )
            ],
            require_imdsv2=True,
            http_put_response_hop_limit=1,
            user_data=user_data,
        )

    def make_topic(self) -> sns.Topic:
        """An encrypted topic."""
        key = kms.Key(self, "TopicKey", enable_key_rotation=True, removal_policy=cdk.RemovalPolicy.DESTROY)
        topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        this_account = {"StringEquals": {"aws:SourceAccount": self.account}}
        topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com", conditions=this_account))
        return topic

    def make_bucket(self) -> s3.Bucket:
        """A versioned bucket with access logs, which sends its events to EventBridge."""
        access_logs = s3.Bucket(
            self,
            "AccessLogs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(90))],
        )
        bucket = s3.Bucket(
            self,
            "Images",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            server_access_logs_bucket=access_logs,
            lifecycle_rules=[
                s3.LifecycleRule(
                    noncurrent_version_expiration=cdk.Duration.days(30),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                )
            ],
        )
        # Not event_bridge_enabled: it adds a custom resource with a function, where a property does.
        resource = bucket.node.default_child
        assert isinstance(resource, s3.CfnBucket)  # noqa: S101
        resource.add_property_override("NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", True)
        return bucket

    def make_table(self) -> dynamodb.Table:
        """A table for the vectors."""
        return dynamodb.Table(
            self,
            "Vectors",
            partition_key=dynamodb.Attribute(name="ImageId", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
        )

    def make_job(self) -> batch.EcsJobDefinition:
        """The job definition with its roles and its log."""
        image = ecr_assets.DockerImageAsset(
            self,
            "EmbedImage",
            directory=str(ROOT / "containers" / "embed"),
            platform=ecr_assets.Platform.LINUX_AMD64,
        )
        principal = iam.ServicePrincipal("ecs-tasks.amazonaws.com")
        role = iam.Role(self, "JobRole", assumed_by=principal, description="The program of a Batch job")
        container = batch.EcsEc2ContainerDefinition(
            self,
            "EmbedContainer",
            image=ecs.ContainerImage.from_docker_image_asset(image),
            cpu=2,
            memory=cdk.Size.gibibytes(4),
            job_role=role,
            environment={
                "AWS_REGION": self.region,
                "AWS_DEFAULT_REGION": self.region,
                "TABLE_NAME": self.table.table_name,
            },
            logging=ecs.LogDriver.aws_logs(
                stream_prefix="Embed",
                log_group=logs.LogGroup(self, "EmbedLogs", retention=logs.RetentionDays.THREE_MONTHS),
            ),
        )
        self.bucket.grant_read(role)
        self.bucket.grant_put(role, "reports/*")
        self.bucket.grant_put(role, "failed/*")
        self.table.grant(role, "dynamodb:BatchWriteItem")
        retry, reason = batch.Action.RETRY, batch.Reason
        return batch.EcsJobDefinition(
            self,
            "Embed",
            container=container,
            timeout=cdk.Duration.hours(4),
            propagate_tags=True,
            skip_deregister_on_update=True,
            retry_attempts=3,
            retry_strategies=[
                batch.RetryStrategy.of(retry, reason.SPOT_INSTANCE_RECLAIMED),
                batch.RetryStrategy.of(retry, reason.custom(on_status_reason="Your Spot Task was interrupted*")),
                batch.RetryStrategy.of(batch.Action.EXIT, reason.custom(on_exit_code="1*")),
                batch.RetryStrategy.of(batch.Action.EXIT, reason.custom(on_exit_code="2*")),
            ],
        )

    def make_function(self, name: str, folder: str, environment: dict[str, str]) -> lambda_.Function:
        """A function of `lambdas/` with a log of its own."""
        return lambda_.Function(
            self,
            name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(ROOT / "lambdas" / folder), exclude=["__pycache__", "*.pyc", "*.md"]),
            environment=environment,
            timeout=cdk.Duration.minutes(15),
            memory_size=1024,
            log_group=logs.LogGroup(self, f"{name}Logs", retention=logs.RetentionDays.THREE_MONTHS),
        )

    def make_machine(self) -> sfn.StateMachine:
        """Split, embed as an array or as a single job, summarize."""
        splitter = self.make_function(
            "Split", "split_manifest", {"BUCKET": self.bucket.bucket_name, "IMAGES_PER_JOB": "1000"}
        )
        self.bucket.grant_read(splitter, "requests/*")
        self.bucket.grant_put(splitter, "manifests/*")
        summarizer = self.make_function("Summarize", "summarize_run", {})
        self.bucket.grant_read(summarizer, "manifests/*")
        self.bucket.grant_read(summarizer, "reports/*")
        self.bucket.grant_put(summarizer, "summaries/*")

        split = tasks.LambdaInvoke(
            self,
            "SplitImages",
            lambda_function=splitter,
            payload_response_only=True,
            payload=sfn.TaskInput.from_object(
                {"request": sfn.JsonPath.entire_payload, "execution": sfn.JsonPath.execution_name}
            ),
        )
        summarize = tasks.LambdaInvoke(self, "SummarizeRun", lambda_function=summarizer, payload_response_only=True)
        failure = tasks.LambdaInvoke(
            self,
            "SummarizeFailure",
            lambda_function=summarizer,
            payload_response_only=True,
            result_path="$.summary",
        ).next(sfn.Fail(self, "NotAllEmbedded", error="Embeddings.JobFailed", cause="A child failed for good."))
        array = self.make_submission("EmbedArray", failure, array_size=sfn.JsonPath.number_at("$.size"))
        single = self.make_submission("EmbedOne", failure)
        size = "$.size"
        choice = (
            sfn.Choice(self, "Size")
            .when(sfn.Condition.is_not_present(size), sfn.Fail(self, "SizeMissing", error="Embeddings.Size"))
            .when(sfn.Condition.number_equals(size, 1), single)
            .when(
                sfn.Condition.and_(
                    sfn.Condition.number_greater_than_equals(size, 2),
                    sfn.Condition.number_less_than_equals(size, 10_000),
                ),
                array,
            )
            .otherwise(sfn.Fail(self, "SizeRefused", error="Embeddings.Size", cause="An array has 1 to 10,000 jobs."))
        )
        return sfn.StateMachine(
            self,
            "Embeddings",
            definition_body=sfn.DefinitionBody.from_chainable(split.next(choice.afterwards()).next(summarize)),
            timeout=cdk.Duration.days(1),
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=logs.LogGroup(
                    self,
                    "MachineLogs",
                    retention=logs.RetentionDays.THREE_MONTHS,
                    removal_policy=cdk.RemovalPolicy.DESTROY,
                ),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )

    def make_submission(
        self, name: str, failure: sfn.IChainable, *, array_size: float | None = None
    ) -> tasks.BatchSubmitJob:
        """Submit the job and wait; throttling is retried, a failed job is handled."""
        submission = tasks.BatchSubmitJob(
            self,
            name,
            job_name="Embed",
            job_definition_arn=self.job.job_definition_arn,
            job_queue_arn=self.queue.job_queue_arn,
            array_size=array_size,
            container_overrides=tasks.BatchContainerOverrides(
                environment={"MANIFEST_URI": sfn.JsonPath.string_at("$.manifest")}
            ),
            result_selector={"JobId.$": "$.JobId", "JobName.$": "$.JobName", "Status.$": "$.Status"},
            result_path="$.Embed",
        )
        submission.add_retry(
            errors=["Batch.AWSBatchException", "Batch.ServerException", "Batch.TooManyRequestsException"],
            interval=cdk.Duration.seconds(2),
            backoff_rate=2,
            max_attempts=10,
            max_delay=cdk.Duration.minutes(1),
            jitter_strategy=sfn.JitterType.FULL,
        )
        submission.add_catch(failure, result_path="$.error")
        return submission

    def report_failed_jobs(self) -> None:
        """Tell the topic of jobs that fail for good."""
        field = events.EventField.from_path
        events.Rule(
            self,
            "FailedJobs",
            event_pattern=events.EventPattern(
                source=["aws.batch"],
                detail_type=["Batch Job State Change"],
                detail={
                    "status": ["FAILED"],
                    "jobQueue": [self.queue.job_queue_arn],
                    "arrayProperties": {"index": [{"exists": False}]},
                },
            ),
            targets=[
                targets.SnsTopic(
                    self.topic,
                    authorize_using_role=True,
                    message=events.RuleTargetInput.from_text(
                        f"Batch job {field('$.detail.jobName')} is {field('$.detail.status')} "
                        f"since {events.EventField.time}. Reason: {field('$.detail.statusReason')}. "
                        f"Job: {field('$.detail.jobId')}. Queue: {field('$.detail.jobQueue')}. "
                        f"Log stream: {field('$.detail.container.logStreamName')}."
                    ),
                )
            ],
        )

    def report_executions(self) -> None:
        """Tell the topic of the end of each execution."""
        field = events.EventField.from_path
        events.Rule(
            self,
            "Executions",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [self.machine.state_machine_arn],
                    "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
                },
            ),
            targets=[
                targets.SnsTopic(
                    self.topic,
                    authorize_using_role=True,
                    message=events.RuleTargetInput.from_text(
                        f"Execution {field('$.detail.name')} is {field('$.detail.status')} "
                        f"since {events.EventField.time}. Error: {field('$.detail.error')}. "
                        f"Cause: {field('$.detail.cause')}. Execution: {field('$.detail.executionArn')}. "
                        f"From {field('$.detail.startDate')} to {field('$.detail.stopDate')}."
                    ),
                )
            ],
        )

    def start_on_upload(self) -> None:
        """Start an execution for each request that is uploaded."""
        field = events.EventField.from_path
        events.Rule(
            self,
            "Requests",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={
                    "bucket": {"name": [self.bucket.bucket_name]},
                    "object": {"key": [{"wildcard": "requests/*.json"}]},
                },
            ),
            targets=[
                targets.SfnStateMachine(
                    self.machine,
                    dead_letter_queue=sqs.Queue(
                        self,
                        "DeadLetters",
                        encryption=sqs.QueueEncryption.SQS_MANAGED,
                        enforce_ssl=True,
                        retention_period=cdk.Duration.days(14),
                    ),
                    input=events.RuleTargetInput.from_object(
                        {
                            "bucket": field("$.detail.bucket.name"),
                            "key": field("$.detail.object.key"),
                            "size": field("$.detail.object.size"),
                            "etag": field("$.detail.object.etag"),
                            "eventId": events.EventField.event_id,
                            "eventTime": events.EventField.time,
                        }
                    ),
                )
            ],
        )

    def make_outputs(self) -> None:
        """What a caller needs to know."""
        for name, value in {
            "BucketName": self.bucket.bucket_name,
            "TableName": self.table.table_name,
            "StateMachineArn": self.machine.state_machine_arn,
            "TopicArn": self.topic.topic_arn,
            "QueueArn": self.queue.job_queue_arn,
        }.items():
            cdk.CfnOutput(self, name, value=value)


app = cdk.App()
ImageEmbeddings(app, "ImageEmbeddings")
app.synth()
