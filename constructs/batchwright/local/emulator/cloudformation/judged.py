"""Resources that a stack makes past the API, judged as the API does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.events import expressions
from batchwright.local.emulator.stepfunctions.definitions import judge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.cloudformation.registry import ResourceTypes
    from batchwright.local.emulator.iam.assumable import AssumableRoles
    from batchwright.local.emulator.ministack.guard import Hooks


def install(hooks: Hooks, types: ResourceTypes, roles: AssumableRoles) -> None:
    """Wrap what creates and updates functions, state machines and schedules: a stack with a bad one says why."""
    text = hooks.get(hooks.module("services.cloudformation.provisioners"), "_sfn_definition")

    def machine(properties: Mapping[str, Any]) -> str | None:
        refusal = judge.refusal(str(text(properties)), properties.get("StateMachineType", "STANDARD"))
        return refusal or roles.machine_problem(properties)

    _judge(types, "AWS::StepFunctions::StateMachine", machine)
    _judge(types, "AWS::Lambda::Function", roles.function_problem)
    _judge(types, "AWS::Scheduler::Schedule", expressions.fault)


def _judge(types: ResourceTypes, name: str, fault: Callable[[Mapping[str, Any]], str | None]) -> None:
    table = types.table(name)
    # The properties are the second argument of the one, and the third of the other.
    for operation, position in (("create", 1), ("update", 2)):
        if operation in table:
            table[operation] = _judged(table[operation], position, fault)
    types.override(name, table)


def _judged(
    run: Callable[..., Any], position: int, fault: Callable[[Mapping[str, Any]], str | None]
) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:  # noqa: ANN401 - ministack is untyped
        problem = fault(arguments[position])
        if problem is not None:
            raise ValueError(problem)
        return run(*arguments)

    return call
