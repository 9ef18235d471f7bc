"""Hooks functions of container images into ministack's Lambda."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

from batchwright.local.emulator.functions.images.environment import FunctionError, Image
from batchwright.local.emulator.functions.images.pool import Pool
from batchwright.local.emulator.functions.images.runtime_api import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.ministack.guard import Hooks

_DEFAULT_TIMEOUT: Final = 3
_DEFAULT_MIB: Final = 128
_DEFAULT_TMP_MIB: Final = 512


class ImageFunctions:
    """Runs functions of `PackageType: Image` in containers that are kept until the server closes.

    Args:
        hooks: Hooks of the server.
        port: Port of the server on 127.0.0.1.
    """

    def __init__(self, hooks: Hooks, port: int) -> None:
        runtime = hooks.module("core.lambda_runtime")
        service = hooks.module("services.lambda_svc")
        self._credentials: Callable[[], Any] = lambda: hooks.get(runtime, "execution_credentials")
        self._region = hooks.get(hooks.module("core.responses"), "get_region")
        self._trace = hooks.get(service, "_xray_trace_id_for_invocation")
        self._pool = Pool(port)
        hooks.wrap(service, "_execute_function_docker", self._around)

    def close(self) -> None:
        """Remove the containers."""
        self._pool.close()

    def _around(self, execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def call(function: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
            config = function.get("config") or function
            if config.get("PackageType") != "Image":
                return execute(function, event, request_id)
            try:
                return self._run(config, event, request_id)
            except FunctionError as error:
                payload = {"errorType": error.kind, "errorMessage": error.message}
                printed = "\n".join((*getattr(error, "__notes__", ()), error.message))
                return {"body": payload, "error": True, "log": printed}

        return call

    def _run(self, config: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
        timeout = float(config.get("Timeout") or _DEFAULT_TIMEOUT)
        arn = str(config.get("FunctionArn", ""))
        invocation = Invocation(
            request_id=request_id,
            event=json.dumps(event).encode(),
            deadline=time.time() + timeout,
            function_arn=arn,
            trace_id=str(self._trace(config) or ""),
        )
        failed, answer, printed = self._pool.invoke(arn, self._image(config), invocation, timeout)
        if failed:
            body = answer if isinstance(answer, dict) else {"errorType": "Runtime.Unknown", "errorMessage": str(answer)}
            return {"body": body, "error": True, "log": printed}
        return {"body": answer, "log": printed}

    def _image(self, config: dict[str, Any]) -> Image:
        chosen = (config.get("ImageConfigResponse") or {}).get("ImageConfig") or config.get("ImageConfig") or {}
        return Image(
            name=str(config.get("ImageUri", "")),
            entrypoint=chosen.get("EntryPoint"),
            command=chosen.get("Command"),
            working_directory=chosen.get("WorkingDirectory"),
            environment=self._variables(config),
            keys=lambda: dict(self._credentials()(config)),
            memory_mib=int(config.get("MemorySize") or _DEFAULT_MIB),
            ephemeral_mib=int((config.get("EphemeralStorage") or {}).get("Size") or _DEFAULT_TMP_MIB),
        )

    def _variables(self, config: dict[str, Any]) -> dict[str, str]:
        """Return the variables of a function: those that Lambda sets, which its own may not replace, and its own.

        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        """
        name = str(config.get("FunctionName", ""))
        return {
            "LAMBDA_TASK_ROOT": "/var/task",
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "TZ": ":UTC",
            **{key: str(value) for key, value in ((config.get("Environment") or {}).get("Variables") or {}).items()},
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": str(config.get("Version", "$LATEST")),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize") or _DEFAULT_MIB),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_REGION": self._region(),
            "AWS_DEFAULT_REGION": self._region(),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self._pool.endpoint(),
        }
