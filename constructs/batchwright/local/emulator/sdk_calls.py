"""Calls of any service by the names that Step Functions and EventBridge Scheduler have for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import UnknownServiceError as UnknownBotoServiceError
from botocore.model import OperationNotFoundError

from batchwright.local.emulator import shapes

if TYPE_CHECKING:
    from collections.abc import Callable

# Both name services after the Java SDK. Name there -> boto3's name and the prefix of its errors.
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
_LATER = frozenset({429, 500, 502, 503, 504})
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})


class SdkCallError(Exception):
    """A call that could not be made.

    Attributes:
        message: What is wrong with it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SdkAnswerError(SdkCallError):
    """A call that the service, or the way to it, refused.

    Attributes:
        prefix: Name of the service in errors of Step Functions.
        code: Name of the error, without the service.
        passes: Whether the same call may do better later: there were too many, or the service failed.
    """

    def __init__(self, prefix: str, code: str, message: str, *, passes: bool) -> None:
        super().__init__(message)
        self.prefix = prefix
        self.code = code
        self.passes = passes


def call(client_of: Callable[[str], Any], service: str, action: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Call `action` of `service`, both spelled as in an ARN of either, and return the answer in PascalCase.

    Args:
        client_of: Returns the client of a service, by boto3's name of it.
        service: The service.
        action: The action.
        data: The request.

    Raises:
        SdkAnswerError: the service refused it.
        SdkCallError: there is no such action, or it has no such field.
    """
    lower = service.lower()
    name, prefix = _SERVICES.get(lower, (lower, lower[:1].upper() + lower[1:]))
    model, arguments = _arguments(name, action, data)
    client = client_of(name)
    try:
        answer = getattr(client, xform_name(model.name))(**arguments)
    except ClientError as error:
        raise SdkAnswerError(prefix, *_error(prefix, error, model), passes=_passes(error)) from error
    except BotoCoreError as error:
        raise SdkAnswerError(
            prefix, "SdkClientException", str(error), passes=isinstance(error, HTTPClientError)
        ) from error
    answer.pop("ResponseMetadata", None)
    return shapes.to_pascal(answer, model.output_shape)


def _arguments(service: str, action: str, data: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    try:
        model = shapes.operation(service, action[:1].upper() + action[1:])
        shape = model.input_shape
        return model, dict(shapes.to_api(shape, data)) if shape is not None else {}
    except (UnknownBotoServiceError, OperationNotFoundError) as error:
        raise SdkCallError(f"There is no action {action} of {service}") from error
    except shapes.UnknownMemberError as error:
        raise SdkCallError(f'The field "{error.member}" is not supported by Step Functions') from error


def _passes(error: ClientError) -> bool:
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
    code = str(error.response["Error"].get("Code", ""))
    return status in _LATER or "Throttl" in code or "TooManyRequests" in code


def _error(prefix: str, error: ClientError, model: Any) -> tuple[str, str]:  # noqa: ANN401 - botocore's model
    code = str(error.response["Error"].get("Code", "Unknown"))
    name = code if code.endswith("Exception") else f"{code}Exception"
    if code in _DENIED and all(shape.name not in _DENIED for shape in model.error_shapes):
        # The SDK has no exception of that name for such a service, only the one of all its errors.
        name = f"{prefix}Exception"
    message = error.response["Error"].get("Message", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    return name, f"{message} (Service: {prefix}, Status Code: {status})"
