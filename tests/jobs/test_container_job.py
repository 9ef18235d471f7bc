from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import jsii
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from support.api_shapes import api_problems
from support.parts import HOSTED, IMAGE_NAME, KINDS, SERVERLESS, image_of, job_of, queue_of, vpc_of
from support.problems import fields, refused
from support.synthesis import Template, new_stack, synthesize

from batchwright import Architecture, Instances, JobImage, RetryStrategy
from batchwright.contracts import Job

DEFINITION = "AWS::Batch::JobDefinition"


def definition_of(kind: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    stack = new_stack()
    job_of(stack, kind, **options)
    return synthesize(stack).only(DEFINITION)


def container_of(kind: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401
    container: dict[str, Any] = definition_of(kind, **options)["ContainerProperties"]
    return container


def resources_of(container: dict[str, Any]) -> dict[str, Any]:
    return {entry["Type"]: entry["Value"] for entry in container["ResourceRequirements"]}


@pytest.mark.parametrize("kind", KINDS)
def test_the_template_says_what_was_asked(kind: str) -> None:
    definition = definition_of(
        kind, command=["--list", "Ref::list"], parameters={"list": "1"}, environment={"TABLE": "vectors"}
    )
    container = definition["ContainerProperties"]
    assert definition["Type"] == "container"
    assert definition["PlatformCapabilities"] == ["EC2" if kind in HOSTED else "FARGATE"]
    assert definition["Parameters"] == {"list": "1"}
    assert container["Image"] == IMAGE_NAME
    assert container["Command"] == ["--list", "Ref::list"]
    assert resources_of(container) == {"VCPU": "1", "MEMORY": "2048"}
    assert {"Name": "TABLE", "Value": "vectors"} in container["Environment"]
    assert "JobDefinitionName" not in definition
    assert not api_problems("RegisterJobDefinition", definition, jobDefinitionName="name")


@pytest.mark.parametrize("kind", KINDS)
def test_it_keeps_the_contract(kind: str) -> None:
    assert isinstance(job_of(new_stack(), kind), Job)


@pytest.mark.parametrize("kind", KINDS)
def test_each_attempt_is_bounded_and_interruptions_are_retried(kind: str) -> None:
    definition = definition_of(kind)
    assert definition["Timeout"] == {"AttemptDurationSeconds": 86_400}
    assert definition["RetryStrategy"]["Attempts"] == 3
    assert definition["RetryStrategy"]["EvaluateOnExit"][-1] == {"Action": "EXIT", "OnReason": "*"}
    assert definition["PropagateTags"] is True
    assert definition["ResourceRetentionPolicy"] == {"SkipDeregisterOnUpdate": True}


@pytest.mark.parametrize("kind", KINDS)
def test_the_region_is_told_to_the_program(kind: str) -> None:
    names = [entry["Name"] for entry in container_of(kind)["Environment"]]
    assert names == ["AWS_REGION", "AWS_DEFAULT_REGION"]
    environment = container_of(kind, environment={"AWS_REGION": "eu-west-1"})["Environment"]
    assert {"Name": "AWS_REGION", "Value": "eu-west-1"} in environment
    assert len(environment) == 2


@pytest.mark.parametrize("kind", SERVERLESS)
@pytest.mark.parametrize(("architecture", "cpu"), [(Architecture.X86_64, "X86_64"), (Architecture.ARM64, "ARM64")])
def test_fargate_is_told_the_architecture(kind: str, architecture: Architecture, cpu: str) -> None:
    container = container_of(kind, image=image_of(architecture))
    assert container["RuntimePlatform"] == {"CpuArchitecture": cpu, "OperatingSystemFamily": "LINUX"}
    assert container["FargatePlatformConfiguration"] == {"PlatformVersion": "LATEST"}
    assert container["NetworkConfiguration"] == {"AssignPublicIp": "DISABLED"}


def test_fargate_in_public_subnets_gets_a_public_address() -> None:
    stack = new_stack()
    job_of(stack, "FARGATE", queue=queue_of(stack, "FARGATE", vpc=vpc_of(stack, public=True)))
    container = synthesize(stack).only(DEFINITION)["ContainerProperties"]
    assert container["NetworkConfiguration"] == {"AssignPublicIp": "ENABLED"}


@pytest.mark.parametrize("kind", HOSTED)
def test_nothing_of_fargate_is_rendered_on_hosts(kind: str) -> None:
    assert not {"RuntimePlatform", "FargatePlatformConfiguration", "NetworkConfiguration"} & container_of(kind).keys()


@pytest.mark.parametrize(
    ("kind", "vcpus", "memory", "rendered"),
    [
        ("EC2", 4, cdk.Size.mebibytes(7600), {"VCPU": "4", "MEMORY": "7600"}),
        ("EC2", 4.0, cdk.Size.gibibytes(1), {"VCPU": "4", "MEMORY": "1024"}),
        ("EC2", 96, cdk.Size.tebibytes(2), {"VCPU": "96", "MEMORY": "2097152"}),
        ("EC2", 1, cdk.Size.kibibytes(4097), {"VCPU": "1", "MEMORY": "5"}),
        ("FARGATE", 0.25, cdk.Size.mebibytes(512), {"VCPU": "0.25", "MEMORY": "512"}),
        ("FARGATE", 32, cdk.Size.gibibytes(244), {"VCPU": "32", "MEMORY": "249856"}),
    ],
)
def test_sizes_are_written_as_the_api_reads_them(
    kind: str, vcpus: float, memory: cdk.Size, rendered: dict[str, str]
) -> None:
    assert resources_of(container_of(kind, vcpus=vcpus, memory=memory)) == rendered


def test_gpus_are_asked_for() -> None:
    stack = new_stack()
    job_of(stack, "EC2", queue=queue_of(stack, "EC2", instances=Instances.of("g6")), gpus=2)
    container = synthesize(stack).only(DEFINITION)["ContainerProperties"]
    assert resources_of(container)["GPU"] == "2"


@pytest.fixture(scope="module")
def template() -> Template:
    stack = new_stack()
    repository = ecr.Repository(stack, "Images")
    job_of(stack, "FARGATE", image=JobImage.from_repository(repository, tag="1"))
    return synthesize(stack)


class TestRoles:
    def test_program_and_execution_have_their_own_roles(self, template: Template) -> None:
        container = template.only(DEFINITION)["ContainerProperties"]
        assert container["JobRoleArn"] != container["ExecutionRoleArn"]
        for role in template.of_type("AWS::IAM::Role").values():
            (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
            assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
            assert "ManagedPolicyArns" not in role

    def test_the_program_may_do_nothing_until_granted(self, template: Template) -> None:
        job_role = template.only(DEFINITION)["ContainerProperties"]["JobRoleArn"]["Fn::GetAtt"][0]
        for policy in template.of_type("AWS::IAM::Policy").values():
            assert {"Ref": job_role} not in policy["Roles"]

    def test_the_execution_role_pulls_this_image_and_writes_this_log(self, template: Template) -> None:
        statements = template.only("AWS::IAM::Policy")["PolicyDocument"]["Statement"]
        everywhere = [statement["Action"] for statement in statements if statement["Resource"] == "*"]
        assert everywhere == ["ecr:GetAuthorizationToken"]
        actions = {
            action for s in statements for action in ([s["Action"]] if isinstance(s["Action"], str) else s["Action"])
        }
        assert actions == {
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetAuthorizationToken",
            "ecr:GetDownloadUrlForLayer",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        }

    def test_permissions_are_there_before_the_definition_is(self, template: Template) -> None:
        (policy,) = template.of_type("AWS::IAM::Policy")
        assert policy in template.raw(DEFINITION)[0]["DependsOn"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_job_is_granted_permissions_directly(self, kind: str) -> None:
        stack = new_stack()
        job = job_of(stack, kind)
        bucket = s3.Bucket(stack, "Bucket")
        bucket.grant_read(job)
        template = synthesize(stack)
        job_role = template.only(DEFINITION)["ContainerProperties"]["JobRoleArn"]["Fn::GetAtt"][0]
        (policy,) = [p for p in template.of_type("AWS::IAM::Policy").values() if p["Roles"] == [{"Ref": job_role}]]
        assert policy["PolicyDocument"]["Statement"][0]["Action"] == ["s3:GetBucket*", "s3:GetObject*", "s3:List*"]

    def test_given_roles_and_log_group_are_used(self) -> None:
        stack = new_stack()
        job_role = iam.Role.from_role_arn(stack, "JobRole", "arn:aws:iam::123456789012:role/program")
        execution_role = iam.Role.from_role_arn(
            stack, "ExecutionRole", "arn:aws:iam::123456789012:role/execution", mutable=False
        )
        log_group = logs.LogGroup.from_log_group_name(stack, "Logs", "shared")
        job = job_of(stack, "FARGATE", job_role=job_role, execution_role=execution_role, log_group=log_group)
        template = synthesize(stack)
        container = template.only(DEFINITION)["ContainerProperties"]
        assert container["JobRoleArn"] == job_role.role_arn
        assert container["ExecutionRoleArn"] == execution_role.role_arn
        assert container["LogConfiguration"]["Options"]["awslogs-group"] == "shared"
        assert not template.of_type("AWS::IAM::Role")
        assert not template.of_type("AWS::Logs::LogGroup")
        assert (job.job_role, job.execution_role, job.log_group) == (job_role, execution_role, log_group)

    def test_a_given_execution_role_gets_what_it_needs(self) -> None:
        stack = new_stack()
        role = iam.Role(stack, "Shared", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        image = JobImage.from_repository(ecr.Repository(stack, "Images"), tag="1")
        job_of(stack, "EC2", execution_role=role, image=image)
        policy = synthesize(stack).only("AWS::IAM::Policy")
        actions = str(policy["PolicyDocument"])
        assert "ecr:BatchGetImage" in actions
        assert "logs:PutLogEvents" in actions


class TestLogs:
    def test_output_is_kept_for_three_months(self) -> None:
        stack = new_stack()
        job_of(stack, "EC2")
        template = synthesize(stack)
        (log_group,) = template.of_type("AWS::Logs::LogGroup")
        assert template.only("AWS::Logs::LogGroup")["RetentionInDays"] == 90
        assert template.only(DEFINITION)["ContainerProperties"]["LogConfiguration"] == {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": {"Ref": log_group},
                "awslogs-region": {"Ref": "AWS::Region"},
                "awslogs-stream-prefix": "Job",
            },
        }

    def test_retention_is_an_option(self) -> None:
        stack = new_stack()
        job_of(stack, "EC2", log_retention=logs.RetentionDays.ONE_WEEK)
        assert synthesize(stack).only("AWS::Logs::LogGroup")["RetentionInDays"] == 7

    def test_a_stream_has_a_name_that_logs_takes(self) -> None:
        container = container_of("EC2", construct_id="Embed:all*")
        assert container["LogConfiguration"]["Options"]["awslogs-stream-prefix"] == "Embed-all-"


class TestPlainCdkCode:
    def test_a_state_machine_submits_it(self) -> None:
        stack = new_stack()
        job = job_of(stack, "EC2")
        step = tasks.BatchSubmitJob(
            stack,
            "Submit",
            job_name="embed",
            job_definition_arn=job.job_definition_arn,
            job_queue_arn=job.queue.job_queue_arn,
        )
        sfn.StateMachine(stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(step))
        template = synthesize(stack)
        (definition,) = template.of_type(DEFINITION)
        assert {"Ref": definition} in template.only("AWS::StepFunctions::StateMachine")["DefinitionString"]["Fn::Join"][
            1
        ]

    def test_a_rule_submits_it(self) -> None:
        stack = new_stack()
        job = job_of(stack, "EC2")
        queue = stack.node.find_child("Queue")
        rule = events.Rule(stack, "Nightly", schedule=events.Schedule.rate(cdk.Duration.days(1)))
        rule.add_target(
            targets.BatchJob(queue.job_queue.job_queue_arn, queue, job.job_definition.job_definition_arn, job)  # type: ignore[attr-defined]
        )
        template = synthesize(stack)
        (target,) = template.only("AWS::Events::Rule")["Targets"]
        (definition,) = template.of_type(DEFINITION)
        assert target["BatchParameters"]["JobDefinition"] == {"Ref": definition}

    def test_the_interface_is_made_once(self) -> None:
        stack = new_stack()
        job = job_of(stack, "EC2")
        assert job.job_definition is job.job_definition
        assert stack.resolve(job.job_definition.job_definition_arn) == stack.resolve(job.job_definition_arn)

    def test_the_l1_resource_is_within_reach(self) -> None:
        stack = new_stack()
        job_of(stack, "EC2").resource.add_property_override("ContainerProperties.User", "1000")
        assert synthesize(stack).only(DEFINITION)["ContainerProperties"]["User"] == "1000"


@pytest.mark.parametrize("kind", KINDS)
def test_submitting_is_granted_for_every_revision_and_its_queue_alone(kind: str) -> None:
    stack = new_stack()
    job = job_of(stack, kind)
    caller = iam.Role(stack, "Caller", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    assert job.grant_submit(caller).success
    template = synthesize(stack)
    (policy,) = [p for p in template.of_type("AWS::IAM::Policy").values() if "Caller" in str(p["Roles"])]
    (statement,) = policy["PolicyDocument"]["Statement"]
    (definition,) = template.of_type(DEFINITION)
    (queue,) = template.of_type("AWS::Batch::JobQueue")
    assert statement["Action"] == "batch:SubmitJob"
    assert {"Fn::GetAtt": [queue, "JobQueueArn"]} in statement["Resource"]
    definitions = [resource["Fn::Join"][1] for resource in statement["Resource"] if "Fn::Join" in resource]
    name = {"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": definition}]}]}
    without_revision = {"Fn::Select": [0, {"Fn::Split": [":", name]}]}
    by_name, every_revision = sorted(definitions, key=len)
    assert by_name[-2:] == [":job-definition/", without_revision]
    assert every_revision == [*by_name, ":*"]


class TestRefused:
    @pytest.mark.parametrize("kind", KINDS)
    def test_all_problems_at_once(self, kind: str) -> None:
        stack = new_stack()
        queue = queue_of(stack, kind)
        error = refused(
            lambda: job_of(
                stack,
                kind,
                queue=queue,
                vcpus=3000.5,
                gpus=-1,
                environment={"AWS_BATCH_X": "1"},
                retries=RetryStrategy(attempts=11),
                timeout=cdk.Duration.seconds(59),
                scheduling_priority=10_000,
            )
        )
        assert sorted(set(fields(error))) == [
            "environment",
            "gpus",
            "retries.attempts",
            "scheduling_priority",
            "timeout",
            "vcpus",
        ]
        assert error.where == "ContainerJob 'Stack/Job'"

    @pytest.mark.parametrize("vcpus", [0, -1, 0.5, 1.5, float("nan"), float("inf"), float("-inf")])
    def test_hosts_give_whole_vcpus(self, vcpus: float) -> None:
        error = refused(lambda: job_of(new_stack(), "EC2", vcpus=vcpus))
        assert set(fields(error)) == {"vcpus"}

    @pytest.mark.parametrize("memory", [0, 3])
    def test_docker_starts_nothing_in_less_than_4_mib(self, memory: int) -> None:
        error = refused(lambda: job_of(new_stack(), "EC2", memory=cdk.Size.mebibytes(memory)))
        assert fields(error) == ["memory"]

    @pytest.mark.parametrize("kind", SERVERLESS)
    @pytest.mark.parametrize(
        ("vcpus", "memory", "field"), [(3, 8192, "vcpus"), (1, 1000, "memory"), (1, 9216, "memory"), (0, 512, "vcpus")]
    )
    def test_fargate_has_a_table_of_sizes(self, kind: str, vcpus: float, memory: int, field: str) -> None:
        error = refused(lambda: job_of(new_stack(), kind, vcpus=vcpus, memory=cdk.Size.mebibytes(memory)))
        assert fields(error) == [field]

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_job_larger_than_its_queue_would_wait_for_ever(self, kind: str) -> None:
        stack = new_stack()
        queue = queue_of(stack, kind, max_vcpus=1)
        error = refused(lambda: job_of(stack, kind, queue=queue, vcpus=2, memory=cdk.Size.gibibytes(4)))
        assert fields(error) == ["vcpus"]

    @pytest.mark.parametrize(
        ("instances", "architecture"),
        [(Instances.x86(), Architecture.ARM64), (Instances.graviton(), Architecture.X86_64)],
    )
    def test_an_image_of_the_other_architecture_cannot_run(
        self, instances: Instances, architecture: Architecture
    ) -> None:
        stack = new_stack()
        queue = queue_of(stack, "EC2", instances=instances)
        assert fields(refused(lambda: job_of(stack, "EC2", queue=queue, image=image_of(architecture)))) == ["image"]

    @pytest.mark.parametrize("kind", SERVERLESS)
    def test_fargate_has_no_gpus(self, kind: str) -> None:
        assert fields(refused(lambda: job_of(new_stack(), kind, gpus=1))) == ["gpus"]

    @pytest.mark.parametrize("gpus", [-1, 0.5, float("inf"), float("nan")])
    def test_gpus_are_whole(self, gpus: float) -> None:
        stack = new_stack()
        queue = queue_of(stack, "EC2", instances=Instances.of("g6"))
        assert fields(refused(lambda: job_of(stack, "EC2", queue=queue, gpus=gpus))) == ["gpus"]

    @pytest.mark.parametrize("instances", [None, Instances.of("c7i", "m7i"), Instances.of("g4ad")])
    def test_a_queue_without_gpus_would_keep_a_gpu_job_for_ever(self, instances: Instances | None) -> None:
        stack = new_stack()
        queue = queue_of(stack, "EC2", instances=instances)
        assert fields(refused(lambda: job_of(stack, "EC2", queue=queue, gpus=1))) == ["gpus"]

    @pytest.mark.parametrize(
        ("timeout", "fix"),
        [(cdk.Duration.seconds(59), 60), (cdk.Duration.millis(500), 60), (cdk.Duration.millis(90_500), 91)],
    )
    def test_a_timeout_is_whole_seconds_from_a_minute(self, timeout: cdk.Duration, fix: int) -> None:
        (problem,) = refused(lambda: job_of(new_stack(), "EC2", timeout=timeout)).problems
        assert problem.field == "timeout"
        assert problem.fix == f"Use Duration.seconds({fix})."

    @pytest.mark.parametrize("priority", [-1, 10_000])
    def test_the_scheduling_priority_is_0_to_9999(self, priority: int) -> None:
        error = refused(lambda: job_of(new_stack(), "EC2", scheduling_priority=priority))
        assert fields(error) == ["scheduling_priority"]

    @pytest.mark.parametrize("name", ["AWS_BATCH", "AWS_BATCH_JOB_ID"])
    def test_batch_keeps_some_variables_to_itself(self, name: str) -> None:
        assert fields(refused(lambda: job_of(new_stack(), "EC2", environment={name: "1"}))) == ["environment"]

    def test_a_placeholder_needs_a_default_or_the_promise_of_a_value(self) -> None:
        options = {"command": ["Ref::source", "Ref::codec"], "parameters": {"codec": "av1"}}
        error = refused(lambda: job_of(new_stack(), "EC2", **options))
        assert fields(error) == ["parameters"]
        assert "Ref::source" in str(error)
        job = job_of(new_stack(), "EC2", **options, required_parameters=["source"])
        assert job.command == ("Ref::source", "Ref::codec")
        assert job.parameters == {"codec": "av1"}

    @pytest.mark.parametrize("name", ["codec", "unknown"])
    def test_a_required_parameter_is_a_placeholder_without_default(self, name: str) -> None:
        options = {"command": ["Ref::codec"], "parameters": {"codec": "av1"}, "required_parameters": [name]}
        assert fields(refused(lambda: job_of(new_stack(), "EC2", **options))) == ["required_parameters"]


@jsii.implements(cdk.IStableNumberProducer)
class _Late:
    def produce(self) -> int:
        return 7


class TestTokens:
    @pytest.mark.parametrize("kind", KINDS)
    def test_what_is_known_at_deployment_is_not_judged(self, kind: str) -> None:
        stack = new_stack()
        number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
        text = cdk.CfnParameter(stack, "Text").value_as_string
        gpus = number if kind in HOSTED else 0
        job = job_of(
            stack,
            kind,
            vcpus=number,
            memory=cdk.Size.mebibytes(number),
            gpus=gpus,
            timeout=cdk.Duration.seconds(number),
            scheduling_priority=number,
            retries=RetryStrategy.always(attempts=number),  # type: ignore[arg-type]
            environment={"TABLE": text},
            command=[text],
            image=JobImage.from_registry(text),
        )
        definition = synthesize(stack).only(DEFINITION)
        resources = resources_of(definition["ContainerProperties"])
        assert set(map(str, resources.values())) == {"{'Ref': 'Number'}"}
        assert len(resources) == (3 if kind in HOSTED else 2)
        assert definition["Timeout"]["AttemptDurationSeconds"] == {"Ref": "Number"}
        assert definition["RetryStrategy"]["Attempts"] == {"Ref": "Number"}
        assert definition["SchedulingPriority"] == {"Ref": "Number"}
        assert definition["ContainerProperties"]["Image"] == {"Ref": "Text"}
        assert (job.requirements.vcpus, job.requirements.memory_mib) == (None, None)

    def test_lazy_values_are_not_judged(self) -> None:
        stack = new_stack()
        late = cdk.Lazy.number(_Late())
        job_of(stack, "EC2", vcpus=late, scheduling_priority=late)
        definition = synthesize(stack).only(DEFINITION)
        assert resources_of(definition["ContainerProperties"])["VCPU"] == "7"
        assert definition["SchedulingPriority"] == 7

    def test_an_environment_that_may_grow_at_deployment_takes_any_job(self) -> None:
        stack = new_stack()
        limit = cdk.CfnParameter(stack, "Limit", type="Number").value_as_number
        job_of(stack, "EC2", queue=queue_of(stack, "EC2", max_vcpus=limit), vcpus=5000)

    def test_a_parameter_in_another_unit_is_refused(self) -> None:
        stack = new_stack()
        number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
        queue = queue_of(stack, "EC2")
        error = refused(
            lambda: job_of(
                stack, "EC2", queue=queue, memory=cdk.Size.gibibytes(number), timeout=cdk.Duration.minutes(number)
            )
        )
        assert sorted(fields(error)) == ["memory", "timeout"]
