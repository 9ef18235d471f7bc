"""The state of ministack's services: taken out between two requests, put in before anything is served."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.errors import LocalAwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.state.codec import Codec

# What a service leaves out of its own account of its state, or writes elsewhere: of S3 all objects.
_LEFT_OUT: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamodb": ("_stream_records", "_stream_trimmed", "_closed_streams"),
    "s3": (
        "_buckets",
        "_object_versions",
        "_object_tags",
        "_object_acl",
        "_object_annotations",
        "_object_retention",
        "_object_legal_hold",
        "_multipart_uploads",
        "_completed_multipart_uploads",
    ),
}
# What nobody goes on with after a restart; all other changes become UPDATE_FAILED, from where RollbackStack leads out.
_INTERRUPTED: Final = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "IMPORT_IN_PROGRESS": "IMPORT_ROLLBACK_FAILED",
    "IMPORT_ROLLBACK_IN_PROGRESS": "IMPORT_ROLLBACK_FAILED",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_COMPLETE",
}
ENDED: Final = "The local AWS ended in the middle of it"
_ERROR: Final = "LocalAws.Ended"
_OF_MINISTACK: Final = "States.ServiceRestart"
_COPIES: Final = 5


class Services:
    """The services of one running ministack.

    Args:
        hooks: Hooks of the server.
    """

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks
        self._application = hooks.module("app")
        responses = hooks.module("core.responses")
        names = ("AccountScopedDict", "AccountRegionScopedDict")
        self.stores: tuple[type, ...] = tuple(hooks.get(responses, name) for name in names)
        functions = hooks.module("services.lambda_svc")
        # Code stays in the state; ministack would write it to a folder that all servers share.
        hooks.replace(functions, "_externalize_code_zip", lambda _function, _referenced: None)
        hooks.replace(functions, "_prune_orphan_code_blobs", lambda _referenced: None)

    def take(self, between_requests: Callable[[Callable[[], Any]], Any], codec: Codec) -> Iterator[tuple[str, Any]]:
        """Yield each service that was used with its state, as a copy that only has to be written.

        Args:
            between_requests: Makes a call while no request is carried out.
            codec: Makes the copy.
        """
        for key, state in self._hooks.get(self._application, "_build_persistence_save_dict")().items():
            found = between_requests(partial(self._copied, key, state, codec))
            if found is not None:
                yield key, found

    def _copied(self, key: str, state: Callable[[], Any], codec: Codec) -> Any:  # noqa: ANN401 - any state
        for left in reversed(range(_COPIES)):
            try:
                found = state() or {}
                own = {name: store for name, store in self._left_out(key).items() if store._data}
                if not (own or any(getattr(each, "_data", each) for each in found.values())):
                    return None
                return codec.plain({"state": found, "stores": own})
            except RuntimeError:
                # A thread of its own, such as a state machine's, added to it meanwhile.
                if not left:
                    raise
        return None

    def put(self, key: str, kept: Mapping[str, Any]) -> None:
        """Put a service's state back.

        Raises:
            LocalAwsError: ministack does not take it.
        """
        module = self._hooks.get(self._application, "_state_map").get(key)
        try:
            self._hooks.get(self._application, "_get_module")(module).load_persisted_state(kept["state"])
            for name, store in kept["stores"].items():
                self._left_out(key)[name].update(store)
        except Exception as error:
            raise LocalAwsError(f"state: that of the service {key} cannot be restored: {error!r}") from error

    def resume(self) -> list[tuple[str, str]]:
        """Settle what nobody goes on with, and have rules with a schedule go on from now.

        What fell due in between is not made up for.

        Returns:
            Stacks whose update was interrupted, each with its region: they are still to be rolled back.
        """
        events = self._hooks.module("services.eventbridge")
        fired, interval_of = (self._hooks.get(events, name) for name in ("_rule_last_fired", "_parse_rate_seconds"))
        now = time.time()
        for key, rule in self._hooks.get(events, "_rules")._data.items():
            interval, begin = interval_of(rule.get("ScheduleExpression", "")), float(rule.get("CreationTime", now))
            fired[key] = now if interval is None else begin + (now - begin) // interval * interval
        self._settle_executions()
        return list(self._settle_stacks())

    def _left_out(self, key: str) -> dict[str, Any]:
        if key not in _LEFT_OUT:
            return {}
        module = self._hooks.module(f"services.{key}")
        return {name: self._hooks.get(module, name) for name in _LEFT_OUT[key]}

    def _settle_stacks(self) -> Iterator[tuple[str, str]]:
        """End changes that no thread goes on with."""
        stacks = self._hooks.get(self._hooks.module("services.cloudformation"), "_stacks")
        for stack in stacks.all_values():
            status = str(stack.get("StackStatus", ""))
            if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
                stack["StackStatus"] = ended = _INTERRUPTED.get(status, "UPDATE_FAILED")
                stack["StackStatusReason"] = ENDED
                if ended == "UPDATE_FAILED":
                    yield str(stack["StackId"]), str(stack["StackId"]).split(":")[3]

    def _settle_executions(self) -> None:
        """Abort the executions that ran: as on AWS a redrive may start them again, from the begin."""
        machines = self._hooks.module("services.stepfunctions")
        now, note = self._hooks.get(machines, "now_iso"), self._hooks.get(machines, "_add_event")
        for execution in self._hooks.get(machines, "_executions").all_values():
            status = execution.get("status")
            ended = status == "ABORTED" and not execution.get("stopDate")
            # What ministack makes of one that ran when the state was saved.
            killed = status == "FAILED" and execution.get("error") == _OF_MINISTACK
            if ended or killed or status == "RUNNING":
                execution.update(status="ABORTED", stopDate=now(), error=_ERROR, cause=ENDED)
                details = {"error": _ERROR, "cause": ENDED}
                note(execution, "ExecutionAborted", {"executionAbortedEventDetails": details})
