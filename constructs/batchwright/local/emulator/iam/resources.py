"""IAM judges a request on the resources that it really names, where ministack takes `*` or spells them otherwise."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from batchwright.local.emulator.batch import routes
from batchwright.local.emulator.iam import batch_access
from batchwright.local.emulator.iam.passed_roles import PASS_ROLE, PassedRole, passed_roles
from batchwright.local.emulator.iam.spellings import Asked, spell
from batchwright.local.engine import BatchError

if TYPE_CHECKING:
    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.iam.batch_access import Alternatives
    from batchwright.local.emulator.ministack.guard import Hooks

# What the last refusal of this request was about: the action and the resource.
_refused: contextvars.ContextVar[tuple[str, str]] = contextvars.ContextVar("batchwright_refused", default=("", ""))

# Services whose refusals name no resource, or that ministack words itself.
_WITHOUT_RESOURCE = frozenset({"ec2", "iot", "iot-data"})
# Actions of S3 without a bucket whose policy could allow them to everyone.
_OF_AN_ACCOUNT = frozenset({"s3:ListAllMyBuckets", "s3:CreateBucket"})

Tags = Callable[[str], Mapping[str, str]]
"""Looks up the tags of a resource by its ARN."""


class Named(str):
    """An ARN for ministack that also carries everything else the request is judged on.

    Attributes:
        resources: The resources that have to be allowed, each in the spellings that count as it.
        conditions: Values of condition keys.
        tags: Looks up the tags of each resource.
        roles: Roles that the request hands to a service.
    """

    __slots__ = ("conditions", "resources", "roles", "tags")

    resources: list[Alternatives]
    conditions: dict[str, Any]
    tags: Tags
    roles: Sequence[PassedRole]

    @classmethod
    def of(
        cls,
        resources: list[Alternatives],
        conditions: dict[str, Any] | None = None,
        *,
        tags: Tags | None = None,
        roles: Sequence[PassedRole] = (),
    ) -> Named:
        """Return the text that ministack sees: the first spelling of the first resource."""
        text = cls(resources[0][0] if resources else "*")
        text.resources = resources or [("*",)]
        text.conditions = conditions or {}
        text.tags = tags or _without_tags
        text.roles = roles
        return text


def install(hooks: Hooks, context: EmulatorContext) -> None:
    """Hook what finds the resources of a request and what judges them."""
    actions = hooks.module("core.iam_actions")
    evaluator = hooks.module("core.iam_evaluator")
    message = hooks.get(actions, "identity_denial_message")
    hooks.wrap(actions, "extract_resource_arn", lambda find: _finding(find, context))
    unknown = hooks.get(evaluator, "AuthError")("AccessDenied", "Access Denied")
    hooks.wrap(evaluator, "enforce", lambda enforce: _judging(_asking_who(enforce, unknown)))
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
        roles = passed_roles(service, body)
        if service == "batch":
            return _of_batch(context, method, unquote(path), body, query, region, account, roles)
        arn = find(service, method, path, headers, body, query, region, account)
        resources = spell(
            service, Asked(arn=arn, body=body, query=query, region=region, account=account, path=unquote(path))
        )
        if resources is None and not roles:
            return arn
        return Named.of(resources or [(arn,)], roles=roles)

    return call


def _of_batch(
    context: EmulatorContext,
    method: str,
    path: str,
    body: bytes,
    query: Mapping[str, Any],
    region: str,
    account: str,
    roles: Sequence[PassedRole],
) -> str:
    try:
        operation, request = routes.read(method, path, body, query)
    except BatchError:
        # The service itself answers what is wrong with it.
        return "*"

    def tags(arn: str) -> Mapping[str, str]:
        try:
            found = context.engine(region).handle("ListTagsForResource", {"resourceArn": arn})
        except BatchError:
            return {}
        return dict(found["tags"])

    resources = batch_access.named(operation, request, region=region, account=account)
    return Named.of(resources, batch_access.conditions(request), tags=tags, roles=roles)


def _without_tags(arn: str) -> Mapping[str, str]:
    del arn
    return {}


def _asking_who(enforce: Callable[..., Any], unknown: Any) -> Callable[..., Any]:  # noqa: ANN401 - ministack's
    """Requests without a signature may reach buckets that are public, but no others."""

    def call(key: str, action: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - ministack's result
        return unknown if not key and action in _OF_AN_ACCOUNT else enforce(key, action, *arguments, **options)

    return call


def _judging(enforce: Callable[..., Any]) -> Callable[..., Any]:
    """All resources have to be allowed, each in one spelling, and all roles that are passed."""

    def call(
        key: str,
        action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - ministack's result
        def judge(asked: str, of: str, spellings: Alternatives, values: Mapping[str, Any]) -> Any:  # noqa: ANN401
            def one(arn: str) -> Any:  # noqa: ANN401 - ministack's result
                return enforce(key, asked, of, region, resource_arn=arn, service_context=dict(values))

            return _judge(one, asked, spellings)

        _refused.set(("", ""))
        if not isinstance(resource_arn, Named):
            return enforce(key, action, service, region, resource_arn=resource_arn, service_context=service_context)
        for spellings in resource_arn.resources:
            tags = {f"aws:ResourceTag/{name}": value for name, value in resource_arn.tags(spellings[0]).items()}
            refusal = judge(action, service, spellings, {**resource_arn.conditions, **tags, **(service_context or {})})
            if refusal is not None:
                return refusal
        for role in resource_arn.roles:
            if action in role.actions:
                refusal = judge(PASS_ROLE, "iam", (role.arn,), {"iam:PassedToService": role.service})
                if refusal is not None:
                    return refusal
        return None

    return call


def _judge(enforce: Callable[[str], Any], action: str, spellings: Alternatives) -> Any:  # noqa: ANN401 - ministack's
    """Return why a resource is refused, None when it is allowed; a refusal that a policy states counts in any spelling.

    Whoever asks is looked at once a request only, so that a caller who is not known is refused at once.
    """
    results = []
    for one in spellings:
        result = enforce(one)
        decision = getattr(result, "decision", "")
        if result is not None and decision != "ImplicitDeny":
            if decision:
                _refused.set((action, spellings[0]))
            return result
        results.append(result)
    if None in results:
        return None
    _refused.set((action, spellings[0]))
    return results[0]


def _telling(answer: Callable[..., Any], message: Callable[..., str]) -> Callable[..., Any]:
    """Name the resource in the refusal, or the role that may not be passed, as AWS does."""

    def call(service: str, action: str, principal: str, request_id: str, **options: Any) -> Any:  # noqa: ANN401
        asked, resource = _refused.get()
        resource = resource or str(options.get("resource_arn", "*"))
        explicit = bool(options.get("explicit_deny"))
        settled = (
            options.get("message") or options.get("error_code") or (explicit and options.get("resource_policy_arn"))
        )
        if not settled and (asked == PASS_ROLE or service not in _WITHOUT_RESOURCE):
            shown = f'"{resource}"' if service == "s3" else resource
            options["message"] = message(asked or action, principal, shown, explicit)
        return answer(service, action, principal, request_id, **options)

    return call
