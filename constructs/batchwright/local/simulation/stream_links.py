"""What is wrong between the streams of a workload."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from batchwright.model.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchwright.local.simulation.workload import Stream


def link_problems(streams: Sequence[Stream]) -> Sequence[Problem]:
    """Find names given twice, streams that are not there, and circles."""
    return [*_names(streams), *_targets(streams), *_circles(streams), *_chains(streams)]


def _names(streams: Sequence[Stream]) -> Iterator[Problem]:
    for name, count in Counter(stream.name for stream in streams).items():
        if count > 1:
            yield Problem("jobs[].name", name, "a name of its own for each stream", f"Rename one of the {count}.")


def _targets(streams: Sequence[Stream]) -> Iterator[Problem]:
    names = [stream.name for stream in streams]
    for number, stream in enumerate(streams):
        for place, after in enumerate(stream.after):
            if after.stream and after.stream not in names:
                field = f"jobs[{number}].after[{place}].stream"
                yield Problem(field, after.stream, f"one of {', '.join(names)}", "Use the name of a stream.")


def _circles(streams: Sequence[Stream]) -> Iterator[Problem]:
    left = {stream.name: {after.stream for after in stream.after} for stream in streams}
    while ready := [name for name, waits in left.items() if not waits & left.keys()]:
        for name in ready:
            del left[name]
    if left:
        way = [next(iter(left))]
        # Who is left waits for one who is left: the way comes back to where it was.
        while way[-1] not in way[:-1]:
            way.append(min(left[way[-1]] & left.keys()))
        circle = way[way.index(way[-1]) :]
        yield Problem("jobs[].after", " -> ".join(circle), "no circle", "Take out one of these dependencies.")


def _chains(streams: Sequence[Stream]) -> Iterator[Problem]:
    for number, stream in enumerate(streams):
        each = [after.stream for after in stream.after if after.each]
        if each and len(stream.after) > 1:
            field = f"jobs[{number}].after"
            allowed = 'one stream, when it is followed with "each": true'
            yield Problem(field, [after.stream for after in stream.after], allowed, "Keep one of them.")
