"""Stand-ins for jobs and queues, and the definition of a pipeline as plain data."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam
from constructs import Construct
from support.synthesis import Template, synthesize

from batchwright.model import Architecture, Platform, Requirements
from batchwright.model.job_shapes import ContainerPart, TaskForm, TaskShape

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    import aws_cdk as cdk
    from aws_cdk import aws_lambda as lambda_

    from batchwright.model import Capacity
    from batchwright.model.job_shapes import JobShape
    from batchwright.pipelines.pipeline import Pipeline
    from batchwright.pipelines.step import Step

    Render: TypeAlias = Callable[[Step], dict[str, Any]]
    NewJob: TypeAlias = Callable[[str], "FakeJob"]
    NewFunction: TypeAlias = Callable[[str], lambda_.Function]
    Refused: TypeAlias = Callable[..., list[str]]

REGION, ACCOUNT = "eu-west-1", "111122223333"
_KNOWN = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}


class FakeQueue:
    """The least that keeps the promise of a queue."""

    def __init__(self, name: str = "queue", *, fair_share: bool = False) -> None:
        self.job_queue_arn = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/{name}"
        self.capacities: tuple[Capacity, ...] = ()
        self.platform = Platform.EC2
        self.architecture = Architecture.X86_64
        self.fair_share = fair_share


class FakeJob(Construct):
    """The least that keeps the promise of a job."""

    def __init__(
        self, scope: Construct, construct_id: str, *, queue: FakeQueue | None = None, shape: JobShape | None = None
    ) -> None:
        super().__init__(scope, construct_id)
        self.given_shape = shape
        self.label = construct_id
        self.job_definition_name = construct_id
        self.job_definition_arn = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/{construct_id}:7"
        self.queue = queue or FakeQueue()
        self.command: tuple[str, ...] = ()
        self.parameters: dict[str, str] = {}
        self.requirements = Requirements(Platform.EC2, 1, 512, Architecture.X86_64)

    @property
    def shape(self) -> JobShape:
        return self.given_shape or TaskShape(TaskForm.CONTAINER, (ContainerPart("main", tuple(self.command)),))

    def grant_submit(self, grantee: iam.IGrantable) -> iam.Grant:
        arns = [self.job_definition_arn, self.queue.job_queue_arn]
        return iam.Grant.add_to_principal(grantee=grantee, actions=["batch:SubmitJob"], resource_arns=arns)


def resolve(value: Any, template: Template) -> Any:  # noqa: ANN401 whatever a template holds
    """Put plain text where the template has intrinsic functions; a resource is `<LogicalId>`."""
    if isinstance(value, list):
        return [resolve(item, template) for item in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        name = value["Ref"]
        return _KNOWN.get(name, f"<{name}>")
    if "Fn::GetAtt" in value:
        return f"<{'.'.join(value['Fn::GetAtt'])}>"
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(str(resolve(part, template)) for part in parts)
    return {key: resolve(item, template) for key, item in value.items()}


def definition(pipeline: Pipeline) -> dict[str, Any]:
    """Synthesize and read the state machine's definition as CloudFormation would hand it to Step Functions."""
    return definition_in(synthesize(stack_of(pipeline)))


def definition_in(template: Template) -> dict[str, Any]:
    """Read the definition of a template's one state machine, with its substitutions."""
    properties = template.only("AWS::StepFunctions::StateMachine")
    text = properties["DefinitionString"]
    for name, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{name}}}", str(resolve(value, template)))
    assert not re.search(r"\$\{(?!Token)\w+\}", text), "a substitution is missing"
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def stack_of(construct: Construct) -> cdk.Stack:
    """The stack that holds a construct."""
    from aws_cdk import Stack

    return Stack.of(construct)


def statements_of(template: Template, *, logical_id_prefix: str = "") -> list[dict[str, Any]]:
    """All statements of policies of roles, with plain text in place of intrinsic functions."""
    documents = []
    for logical_id, role in template.of_type("AWS::IAM::Role").items():
        if logical_id.startswith(logical_id_prefix):
            documents += [policy["PolicyDocument"] for policy in role.get("Policies", ())]
    for logical_id, policy in template.of_type("AWS::IAM::Policy").items():
        if logical_id.startswith(logical_id_prefix):
            documents.append(policy["PolicyDocument"])
    return [resolve(statement, template) for document in documents for statement in document["Statement"]]
