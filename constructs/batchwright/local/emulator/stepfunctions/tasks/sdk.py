"""arn:aws:states:::aws-sdk:SERVICE:ACTION for every service that boto3 knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.emulator import sdk_calls

if TYPE_CHECKING:
    from batchwright.local.emulator.iam.role_access import RoleAccess
    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions

_PARTS = 8


def install(hooks: Hooks, access: RoleAccess, executions: Executions) -> None:
    """Replace ministack's dispatcher, which knows a part of the actions."""
    module = hooks.module("services.stepfunctions")
    hooks.replace(module, "_invoke_aws_sdk_integration", AwsSdk(hooks, access, executions).run)


class AwsSdk:
    """Calls the action through boto3 and answers as Step Functions does."""

    def __init__(self, hooks: Hooks, access: RoleAccess, executions: Executions) -> None:
        self._access = access
        self._executions = executions
        self._region = hooks.get(hooks.module("core.responses"), "get_region")

    def run(self, resource: str, data: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON of a state machine
        """Run one task."""
        parts = resource.replace(".waitForTaskToken", "").split(":")
        if len(parts) != _PARTS:
            raise self._executions.error("States.Runtime", f"Invalid aws-sdk resource: {resource}")
        try:
            return sdk_calls.call(self._client, parts[6], parts[7], data)
        except sdk_calls.SdkAnswerError as error:
            raise self._executions.error(f"{error.prefix}.{error.code}", error.message) from error
        except sdk_calls.SdkCallError as error:
            raise self._executions.error("States.Runtime", error.message) from error

    def _client(self, service: str) -> Any:  # noqa: ANN401 - a boto3 client
        return self._access.client(self._executions.role(), service, self._region())
