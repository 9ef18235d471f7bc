"""Judges, while IAM is enforced, what ministack's own integrations do in the name of a state machine's role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.guard import Hooks
    from batchwright.local.emulator.role_access import RoleAccess
    from batchwright.local.emulator.stepfunctions.executions import Executions

# Integration -> (action, member of the request that names the resource, service of an ARN from a plain name, error).
_ASKED = {
    "lambda:invoke": ("lambda:InvokeFunction", "FunctionName", "lambda", "Lambda.AWSLambdaException"),
    "sns:publish": ("sns:Publish", "TopicArn", "sns", "SNS.AmazonSNSException"),
    "sqs:sendMessage": ("sqs:SendMessage", "QueueUrl", "sqs", "SQS.AmazonSQSException"),
    "states:startExecution": (
        "states:StartExecution",
        "StateMachineArn",
        "states",
        "StepFunctions.AWSStepFunctionsException",
    ),
    "events:putEvents": ("events:PutEvents", "", "events", "EventBridge.AmazonEventBridgeException"),
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
            asked, named = "lambda:invoke", resource
        else:
            asked = resource.partition(":states:::")[2].partition(".")[0]
            member = _ASKED.get(asked, ("", "", "", ""))[1]
            named = str(data.get(member, "*")) if isinstance(data, dict) and member else "*"
        if asked not in _ASKED:
            return
        action, _, service, error = _ASKED[asked]
        refusal = self._access.refusal(
            self._executions.role(), action, [self._arn(service, named)], region=self._region()
        )
        if refusal is not None:
            raise self._executions.error(error, refusal)

    def _arn(self, service: str, named: str) -> str:
        if named.startswith("arn:") or named == "*":
            return named
        kind = "function:" if service == "lambda" else ""
        # The last part of the URL of a queue is its name.
        name = named.rsplit("/", 1)[-1]
        return f"arn:aws:{service}:{self._region()}:{self._context.account}:{kind}{name}"
