"""IAM: enforcement as a switch, who counts as root, and plain HTTP that counts as TLS."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from batchwright.local.emulator.clients import ROOT_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchwright.local.emulator.ministack.guard import Hooks

_log = logging.getLogger("batchwright.local.iam")
_AWS_MANAGED = "arn:aws:iam::aws:policy/"


class Enforcement:
    """Switches IAM enforcement. The keys test/test are the account's root and always allowed."""

    def __init__(self, hooks: Hooks) -> None:
        self._application: Any = hooks.module("app")
        evaluator = hooks.module("core.iam_evaluator")
        hooks.replace(self._application, "AUTH", False)
        # Inside one machine plain HTTP stands for TLS: policies that ask for aws:SecureTransport would deny everything.
        hooks.wrap(
            self._application,
            "pin_request_origin",
            lambda pin: lambda source_ip, secure_transport: pin(source_ip, True),  # noqa: ARG005
        )
        for module in (evaluator, hooks.module("services.sts")):
            hooks.wrap(module, "is_root_access_key", self._one_root)
        hooks.wrap(evaluator, "_resolve_managed_policy_document", _telling_of_unknown)

    def enforce(self, *, on: bool) -> None:
        """Switch enforcement on or off, at once and for every later request."""
        self._application.AUTH = on

    def _one_root(self, is_root: Callable[[str], bool]) -> Callable[[str], bool]:
        """Without enforcement an account number is a key, too, and means the root of that account."""

        def call(access_key: str) -> bool:
            if self._application.AUTH and access_key:
                return access_key == ROOT_KEY
            return is_root(access_key)

        return call


def _telling_of_unknown(find: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    """Say once that a policy of AWS is not known here: it would look like a policy that allows too little."""
    told: set[str] = set()

    def call(policy: str, account: str) -> Any:  # noqa: ANN401 - a policy document
        found = find(policy, account)
        if found is None and policy.startswith(_AWS_MANAGED) and policy not in told:
            told.add(policy)
            _log.warning(
                "the AWS managed policy %s is not known to the local AWS and allows nothing here; to check requests "
                "against it, write its statements into a policy of your own",
                policy.removeprefix(_AWS_MANAGED),
            )
        return found

    return call
