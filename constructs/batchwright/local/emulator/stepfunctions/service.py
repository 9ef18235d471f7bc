"""Puts the parts of Step Functions together, each over the ones that it builds on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.local.emulator.stepfunctions.maps.distributed import DistributedMap
from batchwright.local.emulator.stepfunctions.runs.chain import Chains, Runs
from batchwright.local.emulator.stepfunctions.runs.ends import Ends
from batchwright.local.emulator.stepfunctions.runs.executions import Executions
from batchwright.local.emulator.stepfunctions.runs.history import History
from batchwright.local.emulator.stepfunctions.runs.operations import Operations
from batchwright.local.emulator.stepfunctions.runs.redrive import Redrive
from batchwright.local.emulator.stepfunctions.runs.starts import Starts
from batchwright.local.emulator.stepfunctions.states.fields import Fields
from batchwright.local.emulator.stepfunctions.states.inner import InnerStates
from batchwright.local.emulator.stepfunctions.states.simple import SimpleStates
from batchwright.local.emulator.stepfunctions.states.templates import Templates
from batchwright.local.emulator.stepfunctions.tasks import lambda_errors, role_checks, sdk, submit_job
from batchwright.local.emulator.stepfunctions.tasks.nested import Nested
from batchwright.local.emulator.stepfunctions.tasks.state import TaskState
from batchwright.local.emulator.stepfunctions.tasks.tokens import TaskTokens

if TYPE_CHECKING:
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.iam.role_access import RoleAccess
    from batchwright.local.emulator.ministack.guard import Hooks


def install(hooks: Hooks, context: EmulatorContext, access: RoleAccess) -> Executions:
    """Hook Step Functions and return its executions."""
    executions = Executions(hooks)
    templates = Templates(hooks, executions)
    fields = Fields(hooks, executions, templates)
    history = History(hooks, executions)
    ends = Ends(hooks, history)
    submit_job.install(hooks, context, access, executions)
    sdk.install(hooks, access, executions)
    role_checks.install(hooks, context, access, executions)
    lambda_errors.install(hooks, executions)
    Starts(hooks, executions)
    Operations(hooks)
    Nested(hooks, executions)
    Chains(hooks, executions, history)
    SimpleStates(hooks, executions, fields, templates)
    TaskState(hooks, executions, history, fields, TaskTokens(hooks, executions))
    InnerStates(hooks, executions, history, fields, templates)
    runs = Runs(hooks, executions, ends)
    Redrive(hooks, executions, runs)
    DistributedMap(hooks, access, executions, history, templates)
    return executions
