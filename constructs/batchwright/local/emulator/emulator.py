"""Puts ministack, the hooks and the HTTP server together."""

from __future__ import annotations

import logging
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

from batchwright.local.emulator.batch import eks_access
from batchwright.local.emulator.batch import service as batch
from batchwright.local.emulator.cloudformation import everything as cloudformation
from batchwright.local.emulator.events import archives, expressions, targets
from batchwright.local.emulator.events.pump import EventPump
from batchwright.local.emulator.events.schedules import Schedules
from batchwright.local.emulator.functions import workers
from batchwright.local.emulator.functions.asynchronous import AsyncCalls
from batchwright.local.emulator.functions.images.functions import ImageFunctions
from batchwright.local.emulator.http import closed_paths
from batchwright.local.emulator.iam import principals, resources, trusts
from batchwright.local.emulator.iam.assumable import AssumableRoles
from batchwright.local.emulator.iam.enforcement import Enforcement
from batchwright.local.emulator.iam.role_access import RoleAccess
from batchwright.local.emulator.ministack import docker_reaper, loader
from batchwright.local.emulator.ministack.guard import Hooks
from batchwright.local.emulator.ministack.quiet import QuietLogs
from batchwright.local.emulator.ministack.settings import ProcessEnvironment, ministack_environment
from batchwright.local.emulator.stepfunctions import service

if TYPE_CHECKING:
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.events.redelivery import Redeliveries
    from batchwright.local.emulator.http.gateway import Gateway
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.state import Keeper

_log = logging.getLogger("batchwright.local")
_START_SECONDS = 60.0
_EXECUTIONS_SECONDS = 10.0


class Emulator:
    """ministack with our hooks, serving on a gateway.

    Between construction and `close`, this process has ministack imported and some of its environment variables set.

    Args:
        gateway: Serves it.
        context: What every hook is given.
        keeper: Restores the state of the services before they answer, and saves it when they do no more.
    """

    def __init__(self, *, gateway: Gateway, context: EmulatorContext, keeper: Keeper | None = None) -> None:
        Hooks.check_version()
        loader.claim()
        self._closed = False
        self._gateway = gateway
        self._hooks = Hooks()
        self._logs = QuietLogs()
        variables = ministack_environment(port=gateway.port, account=context.account, region=context.region)
        self._environment = ProcessEnvironment(variables)
        self._pump: EventPump | None = None
        self._executions: Executions | None = None
        self._keeper = keeper
        self._served = False
        self._functions: ImageFunctions | None = None
        self._async_calls: AsyncCalls | None = None
        self._redeliveries: Redeliveries | None = None
        try:
            self._start(context)
        except BaseException:
            self.close()
            raise

    @property
    def pump(self) -> EventPump:
        """The queue of events."""
        if self._pump is None:
            raise RuntimeError("the local AWS is closed")
        return self._pump

    def enforce_iam(self, *, on: bool) -> None:
        """Switch the check of policies."""
        self._iam.enforce(on=on)

    def abort_executions(self) -> None:
        """Abort the state machines that run; their threads end when what they wait for ends."""
        if self._executions is not None:
            self._executions.abort_all()

    def stop_executions(self) -> None:
        """Abort the state machines that run and wait for the ends of their threads."""
        if self._executions is not None and not self._executions.stop_all(_EXECUTIONS_SECONDS):
            _log.warning("some state machine executions did not end within %s s of their abort", _EXECUTIONS_SECONDS)

    def close(self) -> None:
        """Stop serving, end every worker, forget ministack. May be called twice."""
        if self._closed:
            return
        self._closed = True
        with ExitStack() as steps:
            # Each is done even when the one before fails or is interrupted; the last one first.
            steps.callback(self._environment.restore)
            steps.callback(self._logs.stop)
            steps.callback(loader.release)
            steps.callback(self._hooks.undo)
            steps.callback(self._reset)
            if self._keeper is not None and self._served:
                steps.callback(self._keeper.save)
            steps.callback(self._gateway.close)
            if self._functions is not None:
                steps.callback(self._functions.close)
            if self._async_calls is not None:
                steps.callback(self._async_calls.close)
            if self._redeliveries is not None:
                steps.callback(self._redeliveries.close)
            if self._pump is not None:
                self._pump.close()
                self._pump = None

    def _start(self, context: EmulatorContext) -> None:
        self._environment.apply()
        self._logs.start()
        loader.load()
        self._logs.imported()
        self._install(context)
        if self._keeper is not None:
            self._keeper.restore(self._hooks, self._gateway.between_requests)
            self._gateway.on_request(self._keeper.touch)
            self._schedules.resume()
        application = self._hooks.get(self._hooks.module("app"), "app")
        self._gateway.start(application, _START_SECONDS)
        self._served = True

    def _install(self, context: EmulatorContext) -> None:
        hooks = self._hooks
        docker_reaper.install(hooks)
        batch.install(hooks, context)
        eks_access.install(hooks, context)
        cloudformation.install(hooks, context, AssumableRoles(hooks))
        roles = RoleAccess(hooks, context)
        self._executions = service.install(hooks, context, roles)
        self._redeliveries = targets.install(hooks, context, roles)
        archives.install(hooks)
        expressions.install(hooks)
        self._schedules = Schedules(hooks)
        workers.install(hooks, f"http://127.0.0.1:{self._gateway.port}")
        self._async_calls = AsyncCalls(hooks, context)
        self._functions = ImageFunctions(hooks, self._gateway.port)
        self._iam = Enforcement(hooks)
        resources.install(hooks, context)
        trusts.install(hooks)
        principals.install(hooks)
        closed_paths.close(self._gateway)
        self._pump = EventPump(hooks, context.chain)

    def _reset(self) -> None:
        """End the Lambda workers and clear all state."""
        application = sys.modules.get("ministack.app")
        if application is not None:
            application._reset_all_state()
