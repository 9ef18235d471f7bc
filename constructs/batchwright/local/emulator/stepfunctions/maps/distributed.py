"""Distributed Map with batches, tolerated failures and results in S3, in the place of ministack's."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from batchwright.local.emulator.stepfunctions.maps import batches, reader, results
from batchwright.local.emulator.stepfunctions.maps import run as map_run
from batchwright.local.emulator.stepfunctions.maps.fields import Call, MapFields
from batchwright.local.emulator.stepfunctions.runs import frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batchwright.local.emulator.iam.role_access import RoleAccess
    from batchwright.local.emulator.ministack.guard import Hooks
    from batchwright.local.emulator.stepfunctions.maps.run import Child, MapRun
    from batchwright.local.emulator.stepfunctions.runs.executions import Executions
    from batchwright.local.emulator.stepfunctions.runs.history import History
    from batchwright.local.emulator.stepfunctions.states.templates import Templates

_NAMES = (
    "_map_runs",
    "_executions",
    "_run_sub_machine",
    "_apply_result_selector",
    "_apply_result_path",
    "_apply_output_path",
    "_apply_jsonata_output",
    "_apply_state_assign",
    "_next_or_end",
    "now_iso",
)


class DistributedMap:
    """Runs the state."""

    def __init__(
        self, hooks: Hooks, access: RoleAccess, executions: Executions, history: History, templates: Templates
    ) -> None:
        module = hooks.module("services.stepfunctions")
        self._access = access
        self._executions = executions
        self._history = history
        self._failed = hooks.get(module, "_ExecutionError")
        self._fields = MapFields(hooks, module, templates)
        self._region = hooks.get(hooks.module("core.responses"), "get_region")
        self._ministack = {name: hooks.get(module, name) for name in _NAMES}
        hooks.replace(module, "_run_distributed_map", self._run)

    def _run(
        self,
        state: dict[str, Any],
        raw: Any,  # noqa: ANN401 - JSON
        effective: Any,  # noqa: ANN401 - JSON
        processor: dict[str, Any],
        execution: dict[str, Any],
        context: dict[str, Any],
    ) -> tuple[Any, Any]:
        """Take the place of ministack's function of the same arguments."""
        jsonata = self._fields.is_jsonata(state, context)
        call = Call(raw=raw, effective=effective, execution=execution, context=context, jsonata=jsonata)
        try:
            result = self._result(state, processor, call)
        except reader.ItemReaderError as error:
            raise self._executions.error("States.ItemReaderFailed", str(error)) from error
        except (batches.BatchError, reader.ItemsError, results.ResultWriterError) as error:
            raise self._executions.error("States.Runtime", str(error)) from error
        return self._output(state, result, call)

    def _result(self, state: dict[str, Any], processor: dict[str, Any], call: Call) -> Any:  # noqa: ANN401 - JSON
        writer = state.get("ResultWriter")
        if writer is not None:
            results.check(writer)
        record, children = self._prepared(state, call)
        run = map_run.MapRun(
            record=record,
            children=children,
            tolerance=map_run.Tolerance(
                count=self._fields.whole(state, "ToleratedFailureCount", call),
                percentage=self._fields.number(state, "ToleratedFailurePercentage", call),
            ),
            executions=self._executions,
            now=self._ministack["now_iso"],
        )
        # Only now, with all that DescribeMapRun tells.
        self._ministack["_map_runs"][record["mapRunArn"]] = record
        started = {"mapRunArn": record["mapRunArn"]}
        self._history.add(call.execution, "MapRunStarted", {"mapRunStartedEventDetails": started})
        run.run(lambda child: self._run_child(processor, child), self._at_once(state, record, call))
        if self._executions.abandoned() is not None:
            # The whole execution, or, while that goes on, a branch of a Parallel state beside this one.
            self._history.add(call.execution, "MapRunAborted")
            self._executions.check()
        return self._ended(run, writer, record, children, call)

    def _ended(
        self,
        run: MapRun,
        writer: dict[str, Any] | None,
        record: dict[str, Any],
        children: list[Child],
        call: Call,
    ) -> Any:  # noqa: ANN401 - JSON
        exported = None
        if writer is not None and "Resource" in writer:
            try:
                exported = self._write(writer, record, children, call)
            except self._failed as error:
                record["status"] = "FAILED"
                self._tell_failure(error, call)
                raise
        if run.has_failed():
            exceeded = map_run.threshold_error(self._executions)
            self._tell_failure(exceeded, call)
            raise exceeded
        self._history.add(call.execution, "MapRunSucceeded")
        return exported or results.state_output([child.record for child in children], writer)

    def _tell_failure(self, error: Any, call: Call) -> None:  # noqa: ANN401 - ministack's error
        details = {"error": error.error, "cause": error.cause}
        self._history.add(call.execution, "MapRunFailed", {"mapRunFailedEventDetails": details})

    def _prepared(self, state: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[Child]]:
        """Return the Map Run and its children: new ones, or those that a redrive goes on with."""
        frame = frames.current()
        notes = frame.notes if frame is not None else {}
        if "map_run" in notes and frame is not None and frame.resumes:
            record, children = notes["map_run"]
            record.update(status="RUNNING", redriveCount=record["redriveCount"] + 1, redriveDate=self._now())
            record.pop("stopDate", None)
            return record, children
        record = map_run.new_record(call.execution, state.get("Label") or str(uuid.uuid4()), self._now())
        children = list(self._children(state, call))
        record["maxConcurrency"] = self._fields.whole(state, "MaxConcurrency", call) or 0
        record["toleratedFailureCount"] = self._fields.whole(state, "ToleratedFailureCount", call) or 0
        record["toleratedFailurePercentage"] = self._fields.number(state, "ToleratedFailurePercentage", call) or 0.0
        for child in children:
            child.record = map_run.new_child(record, child)
        notes["map_run"] = (record, children)
        return record, children

    def _children(self, state: dict[str, Any], call: Call) -> Iterator[Child]:
        selector = state.get("ItemSelector") or state.get("Parameters")
        inputs: list[tuple[int, Any]] = []
        for index, item in enumerate(self._fields.items(state, call, self._store)):
            context = {**call.context, "Map": {"Item": {"Index": index, "Value": item}}}
            inputs.append((1, self._fields.value(selector, call, context) if selector else item))
        batcher = state.get("ItemBatcher")
        if batcher is not None:
            batch_input = batcher.get("BatchInput")
            inputs = list(
                batches.batches(
                    [data for _, data in inputs],
                    max_items=self._fields.whole(batcher, "MaxItemsPerBatch", call),
                    max_bytes=self._fields.whole(batcher, "MaxInputBytesPerBatch", call),
                    batch_input=None if batch_input is None else self._fields.value(batch_input, call),
                )
            )
        for index, (items, data) in enumerate(inputs):
            language = str(call.context.get("QueryLanguage", "JSONPath"))
            yield map_run.Child(index=index, items=items, data=data, query_language=language)

    def _run_child(self, processor: dict[str, Any], child: Child) -> Any:  # noqa: ANN401 - JSON
        # Only now: what has not begun is no execution yet.
        self._ministack["_executions"][child.record["executionArn"]] = child.record
        self._tell_begin(child.record)
        context = map_run.child_context(child)
        states, start = processor.get("States", {}), processor.get("StartAt")
        try:
            output = self._ministack["_run_sub_machine"](states, start, child.data, child.record, context)
        except self._failed as error:
            ended = "Aborted" if self._executions.abandoned() is not None else "Failed"
            details = {"error": error.error, "cause": error.cause}
            self._history.add(child.record, f"Execution{ended}", {f"execution{ended}EventDetails": details})
            raise
        if (processor.get("ProcessorConfig") or {}).get("ExecutionType") == "EXPRESS":
            # As on AWS, nothing is kept of these but their results: there may be very many.
            self._ministack["_executions"].pop(child.record["executionArn"], None)
            child.record["events"].clear()
            return output
        told = {"executionSucceededEventDetails": {"output": json.dumps(output)}}
        self._history.add(child.record, "ExecutionSucceeded", told)
        return output

    def _tell_begin(self, record: dict[str, Any]) -> None:
        if record["events"]:
            self._history.add(record, "ExecutionRedriven")
            return
        details = {"input": record["input"], "roleArn": self._executions.role()}
        self._history.add(record, "ExecutionStarted", {"executionStartedEventDetails": details})

    def _at_once(self, state: dict[str, Any], record: dict[str, Any], call: Call) -> int:
        # UpdateMapRun may have changed it before a redrive.
        return int(record.get("maxConcurrency") or self._fields.whole(state, "MaxConcurrency", call) or 0)

    def _write(
        self, writer: dict[str, Any], record: dict[str, Any], children: list[Child], call: Call
    ) -> dict[str, Any]:
        place = self._fields.value(writer.get("Parameters") or writer.get("Arguments") or {}, call)
        bucket, client = str(place.get("Bucket", "")), self._store()
        try:
            output = results.write(
                [child.record for child in children],
                writer=writer,
                bucket=bucket,
                prefix=str(place.get("Prefix") or ""),
                map_run=record["mapRunArn"],
                put=lambda key, body: client.put_object(Bucket=bucket, Key=key, Body=body),
            )
        except (ClientError, BotoCoreError) as error:
            raise self._executions.error("States.ResultWriterFailed", str(error)) from error
        for name in ("itemCounts", "executionCounts"):
            counts = record[name]
            counts["resultsWritten"] = counts["total"]
        return output

    def _output(self, state: dict[str, Any], result: Any, call: Call) -> tuple[Any, Any]:  # noqa: ANN401 - JSON
        use = self._ministack
        if call.jsonata:
            output = use["_apply_jsonata_output"](state, call.raw, call.context, result=result, default=result)
            use["_apply_state_assign"](state, call.raw, call.context, result=result)
            return output, use["_next_or_end"](state)
        output = use["_apply_result_path"](state, call.raw, use["_apply_result_selector"](state, result))
        return use["_apply_output_path"](state, output, call.context), use["_next_or_end"](state)

    def _now(self) -> str:
        return str(self._ministack["now_iso"]())

    def _store(self) -> Any:  # noqa: ANN401 - a boto3 client
        return self._access.client(self._executions.role(), "s3", self._region())
