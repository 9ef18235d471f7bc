"""Judges, while IAM is enforced, what ministack's own integrations do in the name of a state machine's role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.iam.role_access import RoleAccess
    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an integration does.

    Attributes:
        action: The action.
        member: Member of the request that names the resource.
        kind: What an ARN from a plain name has before the name.
        error: Name of the error of a task that may not do it.
    """

    action: str
    member: str
    kind: str
    error: str


_ASKED: Final = {
    "lambda:invoke": _Asked("lambda:InvokeFunction", "FunctionName", "function:", "Lambda.AWSLambdaException"),
    "sns:publish": _Asked("sns:Publish", "TopicArn", "", "SNS.AmazonSNSException"),
    "sqs:sendMessage": _Asked("sqs:SendMessage", "QueueUrl", "", "SQS.AmazonSQSException"),
    "states:startExecution": _Asked(
        "states:StartExecution", "StateMachineArn", "stateMachine:", "StepFunctions.AWSStepFunctionsException"
    ),
    **{
        f"dynamodb:{name[0].lower()}{name[1:]}": _Asked(
            f"dynamodb:{name}", "TableName", "table/", "DynamoDB.AmazonDynamoDBException"
        )
        for name in ("GetItem", "PutItem", "UpdateItem", "DeleteItem")
    },
    "events:putEvents": _Asked(
        "events:PutEvents", "EventBusName", "event-bus/", "EventBridge.AmazonEventBridgeException"
    ),
}


def install(hooks: Hooks, context: EmulatorContext, access: RoleAccess, executions: Executions) -> None:
    """Wrap the way of every task to its service."""
    module = hooks.module("services.stepfunctions")
    checks = RoleChecks(hooks, context, access, executions)
    hooks.wrap(module, "_invoke_resource", checks.around)


class RoleChecks:
    """Refuses a task whose role may not do it."""

    def __init__(self, hooks: Hooks, context: EmulatorContext, access: RoleAccess, executions: Executions) -> None:
        self._context = context
        self._access = access
        self._executions = executions
        self._region = hooks.get(hooks.module("core.responses"), "get_region")

    def around(self, invoke: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
        """Return the function that takes the place of ministack's."""

        def call(resource: str, data: Any) -> Any:  # noqa: ANN401 - JSON
            if self._access.enforced:
                self._check(resource, data)
            return invoke(resource, data)

        return call

    def _check(self, resource: str, data: Any) -> None:  # noqa: ANN401 - JSON
        if ":function:" in resource:
            name, requests = "lambda:invoke", [{"FunctionName": resource}]
        else:
            name = resource.partition(":states:::")[2].partition(".")[0]
            requests = self._requests(name, data)
        asked = _ASKED.get(name)
        if asked is None:
            return
        named = [self._arn(asked, str(request.get(asked.member) or "default")) for request in requests]
        refusal = self._access.refusal(self._executions.role(), asked.action, named, region=self._region())
        if refusal is not None:
            raise self._executions.error(asked.error, refusal)

    def _requests(self, name: str, data: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
        """Return what names the resources; each event names its bus."""
        request = data if isinstance(data, dict) else {}
        if name != "events:putEvents":
            return [request]
        return [entry for entry in request.get("Entries") or [] if isinstance(entry, dict)]

    def _arn(self, asked: _Asked, named: str) -> str:
        if named.startswith("arn:"):
            return named
        # The last part of the URL of a queue is its name.
        name = named.rsplit("/", 1)[-1]
        service = asked.action.partition(":")[0]
        return f"arn:aws:{service}:{self._region()}:{self._context.account}:{asked.kind}{name}"
