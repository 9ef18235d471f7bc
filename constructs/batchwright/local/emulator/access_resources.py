"""IAM judges a request on the resources that it really names, where ministack takes `*` or spells them otherwise."""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from batchwright.local.emulator import batch_access, batch_routes
from batchwright.local.emulator.access_spellings import Asked, spell
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from batchwright.local.emulator.batch_access import Alternatives
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.guard import Hooks

_refused: contextvars.ContextVar[str] = contextvars.ContextVar("batchwright_refused_resource", default="")


class Named(str):
    """An ARN for ministack that also carries everything else the request is judged on.

    Attributes:
        resources: The resources that have to be allowed, each in the spellings that count as it.
        conditions: Values of condition keys.
    """

    __slots__ = ("conditions", "resources")

    resources: list[Alternatives]
    conditions: dict[str, Any]

    @classmethod
    def of(cls, resources: list[Alternatives], conditions: dict[str, Any] | None = None) -> Named:
        """Return the text that ministack sees: the first spelling of the first resource."""
        text = cls(resources[0][0] if resources else "*")
        text.resources = resources or [("*",)]
        text.conditions = conditions or {}
        return text


def install(hooks: Hooks, context: EmulatorContext) -> None:
    """Hook what finds the resources of a request and what judges them."""
    actions = hooks.module("core.iam_actions")
    evaluator = hooks.module("core.iam_evaluator")
    message = hooks.get(actions, "identity_denial_message")
    hooks.wrap(actions, "extract_resource_arn", lambda find: _finding(find, context))
    hooks.wrap(evaluator, "enforce", _judging)
    hooks.wrap(actions, "access_denied_response", lambda answer: _telling(answer, message))


def _finding(find: Callable[..., str], context: EmulatorContext) -> Callable[..., str]:
    def call(
        service: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any],
        region: str,
        account: str,
    ) -> str:
        if service == "batch":
            return _of_batch(context, method, unquote(path), body, query, region, account)
        arn = find(service, method, path, headers, body, query, region, account)
        resources = spell(service, Asked(arn=arn, body=body, query=query, region=region, account=account))
        return arn if resources is None else Named.of(resources)

    return call


def _of_batch(
    context: EmulatorContext,
    method: str,
    path: str,
    body: bytes,
    query: Mapping[str, Any],
    region: str,
    account: str,
) -> str:
    try:
        operation, request = batch_routes.read(method, path, body, query)
    except BatchError:
        # The service itself answers what is wrong with it.
        return "*"
    resources = batch_access.named(operation, request, region=region, account=account)

    def tags() -> Mapping[str, str]:
        if not resources:
            return {}
        try:
            found = context.engine(region).handle("ListTagsForResource", {"resourceArn": resources[0][0]})
        except BatchError:
            return {}
        return dict(found["tags"])

    return Named.of(resources, batch_access.conditions(request, tags))


def _judging(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """All resources have to be allowed, each in one spelling; a refusal that a policy states counts in any."""

    def call(
        key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - ministack's result
        _refused.set("")
        if not isinstance(resource_arn, Named):
            return enforce(key, action, service, region, resource_arn=resource_arn, service_context=service_context)
        values = {**resource_arn.conditions, **(service_context or {})}
        for spellings in resource_arn.resources:
            results = [
                enforce(key, action, service, region, resource_arn=one, service_context=values) for one in spellings
            ]
            stated = next((one for one in results if getattr(one, "decision", "") == "Deny"), None)
            if stated is not None or None not in results:
                _refused.set(spellings[0])
                return stated or results[0]
        return None

    return call


def _telling(answer: Callable[..., Any], message: Callable[..., str]) -> Callable[..., Any]:
    """Name the resource in the refusal, as Batch does."""

    def call(service: str, action: str, principal: str, request_id: str, **options: Any) -> Any:  # noqa: ANN401
        refused = _refused.get()
        if service == "batch" and refused and not options.get("message") and not options.get("error_code"):
            explicit = bool(options.get("explicit_deny"))
            options["message"] = message(action, principal, refused, explicit)
        return answer(service, action, principal, request_id, **options)

    return call
