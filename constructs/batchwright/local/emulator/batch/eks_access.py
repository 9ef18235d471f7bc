"""Access entries that AWS Batch makes on EKS clusters for its own role.

EKS is asked for them by whatever gives Batch a namespace, right after the compute environment was made; nothing else
here would ever make them. They follow from the compute environments of the moment of the request:
https://docs.aws.amazon.com/batch/latest/APIReference/API_EksAccessEntry.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from batchwright.local.emulator.context import EmulatorContext
    from batchwright.local.emulator.ministack.guard import Hooks

_ENTRIES: Final = re.compile(r"/clusters/([^/]+)/access-entries(?:/|$)")
_ROLE: Final = "role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"


def install(hooks: Hooks, context: EmulatorContext) -> None:
    """Settle the entries of a cluster before EKS is asked about them."""
    eks = hooks.module("services.eks")
    region = hooks.get(hooks.module("core.responses"), "get_region")
    entries, key, build = (hooks.get(eks, name) for name in ("_access_entries", "_ae_key", "_build_access_entry"))

    def settle(cluster: str) -> None:
        for principal, wanted in wanted_entries(_environments(context, region()), cluster, context.account).items():
            if wanted and key(cluster, principal) not in entries:
                entries[key(cluster, principal)] = build(cluster, principal, {})
            elif wanted is False:
                entries.pop(key(cluster, principal), None)

    def around(handle: Callable[..., Any]) -> Callable[..., Any]:
        def call(method: str, path: str, *arguments: Any) -> Any:  # noqa: ANN401 - ministack is untyped
            found = _ENTRIES.match(path)
            if found is not None:
                settle(unquote(found[1]))
            return handle(method, path, *arguments)

        return call

    hooks.wrap(eks, "_handle_request_sync", around)


def wanted_entries(environments: Iterator[Mapping[str, Any]], cluster: str, account: str) -> dict[str, bool | None]:
    """Return by role whether Batch makes an entry; None where it leaves things as they are.

    It makes one when all its environments on the cluster want it, and takes it away when all refuse it.

    Args:
        environments: Compute environments as DescribeComputeEnvironments has them.
        cluster: Name of the cluster.
        account: Account of the environments.
    """
    states: dict[str, set[str]] = {}
    for one in environments:
        eks = one.get("eksConfiguration") or {}
        if str(eks.get("eksClusterArn", "")).rpartition(":cluster/")[2] != cluster:
            continue
        state = (eks.get("accessEntry") or {}).get("desiredState", "")
        principal = one.get("serviceRole") or f"arn:aws:iam::{account}:{_ROLE}"
        states.setdefault(principal, set()).add(state)
    known = {frozenset({"ENABLED"}): True, frozenset({"DISABLED"}): False}
    return {principal: known.get(frozenset(found)) for principal, found in states.items()}


def _environments(context: EmulatorContext, region: str) -> Iterator[Mapping[str, Any]]:
    token: str | None = None
    while True:
        request = {} if token is None else {"nextToken": token}
        page = context.engine(region).handle("DescribeComputeEnvironments", request)
        yield from page["computeEnvironments"]
        token = page.get("nextToken")
        if not token:
            return
