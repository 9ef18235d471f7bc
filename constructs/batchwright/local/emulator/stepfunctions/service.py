"""Puts the parts of Step Functions together, each over the ones that it builds on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.local.emulator.stepfunctions import aws_sdk, lambda_errors, role_checks, submit_job
from batchwright.local.emulator.stepfunctions.chain import Chains, Runs
from batchwright.local.emulator.stepfunctions.distributed_map import DistributedMap
from batchwright.local.emulator.stepfunctions.executions import Executions
from batchwright.local.emulator.stepfunctions.fields import Fields
from batchwright.local.emulator.stepfunctions.history import History
from batchwright.local.emulator.stepfunctions.inner_states import InnerStates
from batchwright.local.emulator.stepfunctions.nested import Nested
from batchwright.local.emulator.stepfunctions.operations import Operations
from batchwright.local.emulator.stepfunctions.redrive import Redrive
from batchwright.local.emulator.stepfunctions.simple_states import SimpleStates
from batchwright.local.emulator.stepfunctions.task_state import TaskState
from batchwright.local.emulator.stepfunctions.task_tokens import TaskTokens
from batchwright.local.emulator.stepfunctions.templates import Templates

if TYPE_CHECKING:
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.guard import Hooks
    from batchwright.local.emulator.role_access import RoleAccess


def install(hooks: Hooks, context: EmulatorContext, access: RoleAccess) -> Executions:
    """Hook Step Functions and return its executions."""
    executions = Executions(hooks)
    templates = Templates(hooks, executions)
    fields = Fields(hooks, executions, templates)
    history = History(hooks, executions)
    submit_job.install(hooks, context, access, executions)
    aws_sdk.install(hooks, access, executions)
    role_checks.install(hooks, context, access, executions)
    lambda_errors.install(hooks, executions)
    Operations(hooks)
    Nested(hooks, executions)
    Chains(hooks, executions, history)
    SimpleStates(hooks, executions, fields, templates)
    TaskState(hooks, executions, history, fields, TaskTokens(hooks, executions))
    InnerStates(hooks, executions, history, fields, templates)
    runs = Runs(hooks, executions, history)
    Redrive(hooks, executions, runs)
    DistributedMap(hooks, access, executions, history, templates)
    return executions
