"""arn:aws:states:::aws-sdk:SERVICE:ACTION for every service that boto3 knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.exceptions import UnknownServiceError as UnknownBotoServiceError
from botocore.model import OperationNotFoundError

from batchwright.local.emulator import shapes

if TYPE_CHECKING:
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.guard import Hooks
    from batchwright.local.emulator.stepfunctions.executions import Executions

_PARTS = 8
# Step Functions names services after the Java SDK. Name there -> boto3's name and the prefix of its errors.
# https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
_SERVICES = {
    "batch": ("batch", "Batch"),
    "cloudformation": ("cloudformation", "CloudFormation"),
    "cloudwatch": ("cloudwatch", "CloudWatch"),
    "cloudwatchlogs": ("logs", "CloudWatchLogs"),
    "codebuild": ("codebuild", "CodeBuild"),
    "dynamodb": ("dynamodb", "DynamoDb"),
    "ec2": ("ec2", "Ec2"),
    "ecr": ("ecr", "Ecr"),
    "ecs": ("ecs", "Ecs"),
    "efs": ("efs", "Efs"),
    "eks": ("eks", "Eks"),
    "eventbridge": ("events", "EventBridge"),
    "fsx": ("fsx", "FSx"),
    "iam": ("iam", "Iam"),
    "kms": ("kms", "Kms"),
    "lambda": ("lambda", "Lambda"),
    "s3": ("s3", "S3"),
    "scheduler": ("scheduler", "Scheduler"),
    "secretsmanager": ("secretsmanager", "SecretsManager"),
    "sfn": ("stepfunctions", "Sfn"),
    "sns": ("sns", "Sns"),
    "sqs": ("sqs", "Sqs"),
    "ssm": ("ssm", "Ssm"),
    "sts": ("sts", "Sts"),
}


def install(hooks: Hooks, context: EmulatorContext, executions: Executions) -> None:
    """Replace ministack's dispatcher, which knows a part of the actions."""
    module = hooks.module("services.stepfunctions")
    hooks.replace(module, "_invoke_aws_sdk_integration", AwsSdk(hooks, context, executions).run)


class AwsSdk:
    """Calls the action through boto3 and answers as Step Functions does."""

    def __init__(self, hooks: Hooks, context: EmulatorContext, executions: Executions) -> None:
        self._context = context
        self._executions = executions
        self._region = hooks.get(hooks.module("core.responses"), "get_region")

    def run(self, resource: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON of a state machine
        """Run one task."""
        parts = resource.replace(".waitForTaskToken", "").split(":")
        if len(parts) != _PARTS:
            raise self._executions.error("States.Runtime", f"Invalid aws-sdk resource: {resource}")
        service, action = parts[6].lower(), parts[7]
        name, prefix = _SERVICES.get(service, (service, service[:1].upper() + service[1:]))
        model, arguments = self._arguments(name, action, data)
        client = self._context.client(name, self._region())
        try:
            answer = getattr(client, xform_name(model.name))(**arguments)
        except ClientError as error:
            raise self._executions.error(*_error(prefix, error)) from error
        except BotoCoreError as error:
            raise self._executions.error(f"{prefix}.SdkClientException", str(error)) from error
        answer.pop("ResponseMetadata", None)
        return shapes.to_pascal(answer, model.output_shape)

    def _arguments(self, service: str, action: str, data: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        try:
            model = shapes.operation(service, action[:1].upper() + action[1:])
            shape = model.input_shape
            return model, dict(shapes.to_api(shape, data)) if shape is not None else {}
        except (UnknownBotoServiceError, OperationNotFoundError) as error:
            message = f"There is no action {action} of {service}"
            raise self._executions.error("States.Runtime", message) from error
        except shapes.UnknownMemberError as error:
            message = f'The field "{error.member}" is not supported by Step Functions'
            raise self._executions.error("States.Runtime", message) from error


def _error(prefix: str, error: ClientError) -> tuple[str, str]:
    code = str(error.response["Error"].get("Code", "Unknown"))
    name = code if code.endswith("Exception") else f"{code}Exception"
    message = error.response["Error"].get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return f"{prefix}.{name}", f"{message} (Service: {prefix}, Status Code: {status})"
