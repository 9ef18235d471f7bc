"""What AWS adds to a definition, and takes from it, before it keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchwright.local.engine.tasks.container import Platform

# Seen in what the API returns, as its acceptance tests in Terraform's provider have it:
# https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/batch/job_definition_test.go
_LISTS: Final = ("command", "environment", "mountPoints", "resourceRequirements", "secrets", "ulimits")
_NEWEST: Final = "LATEST"


def with_defaults(request: Mapping[str, Any], platform: Platform) -> dict[str, Any]:
    """Return a definition's request as DescribeJobDefinitions shows it.

    Lists that were left out are empty, Fargate's platform is the latest, and variables without a value are gone.
    """
    found = dict(request)
    if found.get("containerProperties"):
        found["containerProperties"] = _single(found["containerProperties"], platform)
    if found.get("ecsProperties"):
        found["ecsProperties"] = _several(found["ecsProperties"], platform)
    if found.get("nodeProperties"):
        nodes = found["nodeProperties"]
        ranges = [_range(entry, platform) for entry in nodes["nodeRangeProperties"]]
        found["nodeProperties"] = {**nodes, "nodeRangeProperties": ranges}
    return found


def _range(entry: Mapping[str, Any], platform: Platform) -> dict[str, Any]:
    found = {"instanceTypes": [], **entry}
    if found.get("container"):
        found["container"] = _single(found["container"], platform)
    if found.get("ecsProperties"):
        found["ecsProperties"] = _several(found["ecsProperties"], platform)
    return found


def _single(container: Mapping[str, Any], platform: Platform) -> dict[str, Any]:
    found = {"volumes": [], **_container(container)}
    if platform == "FARGATE":
        found.setdefault("fargatePlatformConfiguration", {"platformVersion": _NEWEST})
    return found


def _several(properties: Mapping[str, Any], platform: Platform) -> dict[str, Any]:
    tasks = [
        {
            "volumes": [],
            **({"platformVersion": _NEWEST} if platform == "FARGATE" else {}),
            **task,
            "containers": [
                {"essential": True, "dependsOn": [], **_container(container)} for container in task["containers"]
            ],
        }
        for task in properties["taskProperties"]
    ]
    return {**properties, "taskProperties": tasks}


def _container(container: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {**{name: [] for name in _LISTS}, **container}
    found["environment"] = [each for each in found["environment"] if each.get("value")]
    if "logConfiguration" in found:
        found["logConfiguration"] = {"options": {}, "secretOptions": [], **found["logConfiguration"]}
    return found
