"""What a service may do with a role that it was given, while IAM is enforced.

Requests over HTTP are judged by their keys. A state machine, a rule and a schedule act inside the server: they are
judged here.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.iam import batch_access

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.iam.batch_access import Alternatives
    from batchwright.local.emulator.ministack.guard import Hooks


class RoleAccess:
    """Judges actions of roles, and makes clients that act as one.

    Args:
        hooks: Hooks of the server.
        context: The server.
    """

    def __init__(self, hooks: Hooks, context: EmulatorContext) -> None:
        self._context = context
        self._application = hooks.module("app")
        hooks.get(self._application, "AUTH")
        evaluator = hooks.module("core.iam_evaluator")
        self._evaluate = hooks.get(evaluator, "evaluate")
        self._context_of = hooks.get(evaluator, "EvalContext")
        self._policies = hooks.get(evaluator, "_gather_role_policies")
        self._boundary = hooks.get(evaluator, "_permissions_boundary")
        self._roles = hooks.get(hooks.module("services.iam"), "_roles")
        self._register = hooks.get(hooks.module("services.sts"), "register_session")
        self._keys: dict[str, tuple[str, str, str]] = {}

    @property
    def enforced(self) -> bool:
        """Whether IAM is enforced."""
        return bool(self._application.AUTH)

    def refusal(
        self,
        role: str,
        action: str,
        resources: Iterable[str | Alternatives],
        *,
        region: str,
        conditions: Mapping[str, Any] | None = None,
    ) -> str | None:
        """Return why a role may not do something, in the words of AWS; None when it may, or IAM is not enforced.

        Args:
            role: ARN of the role, or an empty text when the service has none.
            action: The action, such as `batch:SubmitJob`.
            resources: ARNs of all that it is done to; of several spellings of one, any may be allowed.
            region: Region of the request.
            conditions: Values of condition keys.
        """
        if not self.enforced:
            return None
        if not role:
            return f"There is no role that allows {action}"
        for one in resources:
            spellings = (one,) if isinstance(one, str) else one
            decisions = [self._decision(role, action, spelling, region, conditions or {}) for spelling in spellings]
            if "Deny" in decisions:
                return _refused(role, action, spellings[0], "with an explicit deny in an identity-based policy")
            if "Allow" not in decisions:
                why = f"because no identity-based policy allows the {action} action"
                return _refused(role, action, spellings[0], why)
        return None

    def submission_refusal(self, role: str, request: Mapping[str, Any], region: str) -> str | None:
        """Return why a role may not submit a job, None when it may."""
        named = batch_access.named("SubmitJob", request, region=region, account=self._context.account)
        return self.refusal(role, "batch:SubmitJob", named, region=region, conditions=batch_access.conditions(request))

    def client(self, role: str, service: str, region: str) -> Any:  # noqa: ANN401 - a boto3 client
        """Return a client that acts as a role while IAM is enforced, else as root."""
        if not self.enforced or not role:
            return self._context.client(service, region)
        if role not in self._keys:
            key = (f"ASIA{secrets.token_hex(8).upper()}", secrets.token_hex(20), secrets.token_hex(32))
            name = role.rsplit("/", 1)[-1]
            self._register(
                key[0],
                {
                    "Arn": f"arn:aws:sts::{self._context.account}:assumed-role/{name}/service",
                    "UserId": f"{name}:service",
                    "SecretAccessKey": key[1],
                    "SessionToken": key[2],
                },
            )
            self._keys[role] = key
        return self._context.client(service, region, self._keys[role])

    def _decision(self, role: str, action: str, resource: str, region: str, conditions: Mapping[str, Any]) -> str:
        account, name = role.split(":")[4], role.rsplit("/", 1)[-1]
        asked = self._context_of(
            principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/service",
            principal_type="AssumedRole",
            principal_account=account,
            action=action,
            resource_arn=resource,
            region=region,
            service_context={key.lower(): value for key, value in conditions.items()},
        )
        limits = self._boundary(self._roles, name, account)
        return str(self._evaluate(asked, self._policies(name, account), *limits).decision)


def _refused(role: str, action: str, resource: str, why: str) -> str:
    account, name = role.split(":")[4], role.rsplit("/", 1)[-1]
    user = f"arn:aws:sts::{account}:assumed-role/{name}/service"
    return f"User: {user} is not authorized to perform: {action} on resource: {resource} {why}"
