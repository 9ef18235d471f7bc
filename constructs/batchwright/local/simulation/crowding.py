"""Jobs whose memory or GPUs fill hosts before their vCPUs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from batchwright.local.engine.environments.room import vcpus_taken
from batchwright.local.engine.tasks.sizes import Size
from batchwright.model.instances import expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.checks.system import Definition, Environment
    from batchwright.local.simulation.workload import Stream


def crowding_notes(
    stream: Stream, definition: Definition, environments: Sequence[Environment], names: Sequence[str]
) -> Iterator[str]:
    """Say of which environments the jobs of a stream take more vCPUs than they use.

    Args:
        stream: The stream.
        definition: Its job definition; only one of a single container is judged.
        environments: Those of its queue.
        names: What people call these.
    """
    size = _size(stream, definition)
    if size is None:
        return
    found: dict[int, list[str]] = {}
    for environment, name in zip(environments, names, strict=True):
        types = expand(environment.instance_types or ())
        found.setdefault(vcpus_taken(size, types or ()), []).append(name)
    for taken, where in found.items():
        if taken > size.milli_vcpus:
            uses, takes = f"{size.milli_vcpus / 1000:g}", f"{taken / 1000:.3g}"
            what = "GPUs or memory are" if size.gpus else "memory is"
            yield (
                f"{stream.name}: a job uses {uses} vCPUs but takes {takes} of a host's, whose {what} used up first "
                f"({', '.join(where)})."
            )


def _size(stream: Stream, definition: Definition) -> Size | None:
    if definition.shape not in ("container", "eks") or len(definition.containers) != 1:
        return None
    container = definition.containers[0]
    vcpus = container.vcpus if stream.vcpus is None else stream.vcpus
    memory = container.memory_mib if stream.memory_mib is None else stream.memory_mib
    if vcpus is None or memory is None or container.gpus is None:
        return None
    return Size(round(vcpus * 1000), int(memory), int(container.gpus))
