"""A function and a state machine are refused when their role does not trust the service that is to assume it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.iam.trusts import statements_about

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

FUNCTIONS: Final = "lambda.amazonaws.com"
MACHINES: Final = "states.amazonaws.com"
_FUNCTION_REFUSAL: Final = "The role defined for the function cannot be assumed by Lambda."
_MACHINE_REFUSAL: Final = (
    "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the "
    "provided role."
)


class AssumableRoles:
    """Judges the roles of functions and state machines when these are made or changed, while IAM is enforced."""

    def __init__(self, hooks: Hooks) -> None:
        self._application = hooks.module("app")
        evaluator = hooks.module("core.iam_evaluator")
        self._names = hooks.get(evaluator, "_service_principal_matches")
        self._judge = hooks.get(evaluator, "evaluate_trust_policy")
        self._roles = hooks.get(hooks.module("services.iam"), "_roles")
        answer = hooks.get(hooks.module("core.responses"), "error_response_json")
        functions, machines = hooks.module("services.lambda_svc"), hooks.module("services.stepfunctions")

        def refusing(
            code: str, problem: Callable[[Mapping[str, Any]], str | None], status: int
        ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
            def around(run: Callable[..., Any]) -> Callable[..., Any]:
                def call(*arguments: Any) -> Any:  # noqa: ANN401 - ministack is untyped
                    found = problem(arguments[-1])
                    return run(*arguments) if found is None else answer(code, found, status)

                return call

            return around

        for name in ("_create_function", "_update_config"):
            hooks.wrap(functions, name, refusing("InvalidParameterValueException", self.function_problem, 400))
        for name in ("_create_state_machine", "_update_state_machine"):
            hooks.wrap(machines, name, refusing("AccessDeniedException", self.machine_problem, 400))

    def function_problem(self, asked: Mapping[str, Any]) -> str | None:
        """Return why a function is refused, None when it is not; `asked` is a request, or properties."""
        role = asked.get("Role")
        return None if self._may(role, FUNCTIONS) else _FUNCTION_REFUSAL

    def machine_problem(self, asked: Mapping[str, Any]) -> str | None:
        """Return why a state machine is refused, None when it is not; `asked` is a request, or properties."""
        role = asked.get("roleArn", asked.get("RoleArn"))
        return None if self._may(role, MACHINES) else _MACHINE_REFUSAL

    def _may(self, role: object, service: str) -> bool:
        if not self._application.AUTH or not isinstance(role, str):
            return True
        record = self._roles.get(role.rsplit("/", 1)[-1])
        if record is None or record.get("Arn") != role:
            return False
        # What the service says of itself, such as aws:SourceArn, is not known before there is a function or machine.
        document = statements_about(record["AssumeRolePolicyDocument"], service, self._names)
        statements = [
            {key: value for key, value in one.items() if key != "Condition"}
            for one in document
            if one.get("Effect") == "Allow" or "Condition" not in one
        ]
        root = f"arn:aws:iam::{role.split(':')[4]}:root"
        return bool(self._judge(json.dumps({"Statement": statements}), root))
