"""A service that assumes a role has to be trusted by it.

ministack's own services ask as the account's root, and root may assume what trusts any service at all. What runs jobs
says which service it stands for, as the source identity of the session.
"""

from __future__ import annotations

import contextvars
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from batchwright.local.emulator.ministack.guard import Hooks

_SERVICES = ".amazonaws.com"
_asking: contextvars.ContextVar[str] = contextvars.ContextVar("batchwright_asking_service", default="")


def install(hooks: Hooks) -> None:
    """Hook what judges trust policies."""
    evaluator = hooks.module("core.iam_evaluator")
    names = hooks.get(evaluator, "_service_principal_matches")
    hooks.wrap(hooks.module("services.sts"), "handle_request", _hearing_who)
    hooks.wrap(evaluator, "evaluate_trust_policy", lambda judge: _judging(judge, names))


def _hearing_who(handle: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def call(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]) -> Any:  # noqa: ANN401
        named = parse_qs(body.decode(errors="replace")).get("SourceIdentity", [""])[0]
        _asking.set(named if named.endswith(_SERVICES) else "")
        return await handle(method, path, headers, body, query)

    return call


def _judging(judge: Callable[..., bool], names: Callable[[Any, str], bool]) -> Callable[..., bool]:
    def call(document: Any, caller: str, context: Any = None) -> bool:  # noqa: ANN401 - ministack is untyped
        service = _asking.get()
        if service and caller.endswith(":root"):
            document = {"Statement": statements_about(document, service, names)}
        return judge(document, caller, context)

    return call


def statements_about(document: Any, service: str, names: Callable[[Any, str], bool]) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """Return the statements of a trust policy that are about a service, or about everybody.

    Args:
        document: The policy, as text or read.
        service: Principal of the service.
        names: Says whether a Principal names a service.
    """
    try:
        policy = json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return []
    statements = policy.get("Statement", []) if isinstance(policy, dict) else []
    return [
        statement
        for statement in (statements if isinstance(statements, list) else [statements])
        if isinstance(statement, dict)
        and (statement.get("Principal") == "*" or names(statement.get("Principal"), service))
    ]
