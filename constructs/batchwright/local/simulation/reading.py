"""Reads a workload file."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from batchwright.local.engine import API_TPS, CloudModel
from batchwright.local.simulation.assumptions import CLOUD
from batchwright.local.simulation.fields import Fields
from batchwright.local.simulation.stream_fields import read_stream
from batchwright.local.simulation.stream_links import link_problems
from batchwright.local.simulation.workload import Workload
from batchwright.model.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MEMBERS: Final = ("template", "jobs", "cloud", "max_vcpus", "seed", "submissions_per_second", "horizon_hours")
_STREAM: Final = (
    "name",
    "definition",
    "queue",
    "count",
    "array",
    "arrival",
    "start_seconds",
    "duration_seconds",
    "exit_codes",
    "vcpus",
    "memory_mib",
    "timeout_seconds",
    "attempts",
    "priority",
    "shares",
    "after",
)
_HORIZON_HOURS: Final = 30 * 24.0
_HOUR: Final = 3600.0
_MOST_HOURS: Final = 1e6
_MOST_HOST: Final = 10_000
_MOST_ENVIRONMENT: Final = 100_000_000


def load_workload(file: Path, *, seed: int | None = None) -> Workload:
    """Read a workload file.

    Args:
        file: JSON. The templates that it names are looked for beside it.
        seed: Instead of the file's.

    Raises:
        ConfigurationError: It cannot be read, is no JSON, or holds what is not allowed; with every problem of it.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_members)
    except (OSError, ValueError, RecursionError) as error:
        problems = Problems(f"Workload {file}")
        value = error.strerror if isinstance(error, OSError) else str(error)
        problems.check(False, field=str(file), value=value, allowed="a file with JSON", fix="See docs/simulation.md.")
        problems.raise_if_any()
        raise
    if seed is not None and isinstance(content, dict):
        content = {**content, "seed": seed}
    return read_workload(content, where=f"Workload {file}", folder=file.parent)


def read_workload(content: object, *, where: str, folder: Path) -> Workload:
    """Read the content of a workload file.

    Args:
        content: What the JSON holds.
        where: Names it in the error.
        folder: Where relative paths of templates begin.

    Raises:
        ConfigurationError: With every problem of it.
    """
    problems = Problems(where)
    fields = Fields(problems, "", content, _MEMBERS)
    templates = _templates(fields, folder)
    streams = tuple(read_stream(each, number) for number, each in enumerate(fields.objects("jobs", _STREAM)))
    if not streams and not fields.raw("jobs"):
        fields.problem("jobs", fields.raw("jobs"), "a list of one or more streams of jobs", 'Add "jobs": [{...}].')
    problems.extend(link_problems(streams))
    seed = fields.whole("seed", default=0, least=0) or 0
    cloud = _cloud(fields, seed)
    submissions = fields.number("submissions_per_second", default=API_TPS, above=True)
    horizon = fields.number("horizon_hours", default=_HORIZON_HOURS, most=_MOST_HOURS, above=True, unit="hours")
    max_vcpus = _max_vcpus(fields)
    problems.raise_if_any()
    return Workload(
        templates=templates,
        streams=streams,
        cloud=cloud,
        max_vcpus=max_vcpus,
        seed=seed,
        submissions=submissions or API_TPS,
        horizon=(horizon or _HORIZON_HOURS) * _HOUR,
    )


def _templates(fields: Fields, folder: Path) -> tuple[Path, ...]:
    value = fields.raw("template")
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name for name in names):
        fields.problem(
            "template", value, "a path, or a list of paths, of templates or cdk.out", 'Add "template": "cdk.out".'
        )
        return ()
    paths = tuple(folder / name for name in names)
    for name, path in zip(names, paths, strict=True):
        if not path.exists():
            fields.problem("template", name, "a file or folder that exists", f"There is no {path}.")
    return paths


def _cloud(fields: Fields, seed: int) -> CloudModel | None:
    if not fields.has("cloud"):
        return None
    given, usual = fields.member("cloud", CLOUD), CloudModel()
    return CloudModel(
        boot_seconds=given.seconds("boot_seconds", default=usual.boot_seconds),
        task_seconds=given.seconds("task_seconds", default=usual.task_seconds),
        idle_seconds=given.seconds("idle_seconds", default=usual.idle_seconds),
        host_vcpus=given.whole("host_vcpus", default=usual.host_vcpus, most=_MOST_HOST) or usual.host_vcpus,
        spot_reclaims_per_host_hour=given.number("spot_reclaims_per_host_hour", default=0.0, most=_HOUR) or 0.0,
        seed=seed,
    )


def _max_vcpus(fields: Fields) -> Mapping[str, int]:
    given = fields.mapping("max_vcpus")
    sizes = fields.member("max_vcpus", given) if given else fields
    return {name: size for name in given if (size := sizes.whole(name, most=_MOST_ENVIRONMENT)) is not None}


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    if twice:
        raise ValueError(f'"{twice[0]}" stands twice in one object')
    return dict(pairs)
