"""aws:PrincipalArn of a session is the ARN of its role; ministack has the session's own there.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.ministack.guard import Hooks

_KEY: Final = "aws:principalarn"


def install(hooks: Hooks) -> None:
    """Hook what finds the values of condition keys."""
    evaluator = hooks.module("core.iam_evaluator")
    name_of = hooks.get(evaluator, "_role_name_from_assumed_arn")
    roles = hooks.get(hooks.module("services.iam"), "_roles")

    def around(resolve: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
        def call(key: str, asked: Any) -> Any:  # noqa: ANN401 - ministack is untyped
            if key.lower() != _KEY or asked.principal_type != "AssumedRole":
                return resolve(key, asked)
            name, account = name_of(asked.principal_arn), asked.principal_account
            role = roles.get_scoped(account, None, name) or {}
            return role.get("Arn") or f"arn:aws:iam::{account}:role/{name}"

        return call

    hooks.wrap(evaluator, "_resolve_condition_key", around)
