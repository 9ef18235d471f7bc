"""The demo from its first line to its last."""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from batchwright.local import LocalAws
from tools.demo.contact_sheet import contact_sheet
from tools.demo.execution import RUN, Execution, Finished, count_items
from tools.demo.notification import Listener
from tools.demo.outputs import written_together
from tools.demo.progress import Progress
from tools.demo.results import Summary, explain_failure
from tools.demo.runner_choice import choose
from tools.demo.signals import hold_signals
from tools.demo.stack import Stack
from tools.demo.synthesis import Assembly, synthesize
from tools.demo.table import closing_table
from tools.demo.tiles import cut_tiles
from tools.demo.timeline import job_row, steps_row, timeline
from tools.demo.upload import upload
from tools.demo.vectors import Vectors, pick_queries

if TYPE_CHECKING:
    from pathlib import Path

    from tools.demo.options import Options
    from tools.demo.screen import Screen
    from tools.demo.tiles import Tile

_QUERIES = 8
_NEIGHBOURS = 6


def run_demo(options: Options, screen: Screen) -> None:
    """Do everything; whatever way it ends, nothing of it keeps running.

    Raises:
        DemoError: a part failed, in a way that the user can deal with.
    """
    assembly = _synthesize(options, screen)
    with ExitStack() as open_things:
        aws = _start(options, screen, open_things)
        stack = _deploy(aws, assembly, screen)
        tiles = _upload(stack, options, screen)
        listener = Listener(stack)
        finished = _run(aws, stack, options, screen)
        summary = Summary.read(stack, run=RUN)
        with written_together(options.out) as folder:
            _draw(stack, tiles, summary, finished, folder=folder, kind=aws.runner_kind, screen=screen)
        _close(stack, summary, finished, listener, options=options, screen=screen)
        if options.keep:
            _keep(aws, screen)


def _synthesize(options: Options, screen: Screen) -> Assembly:
    with screen.phase("synthesize", "Synthesizing app.py and checking it with cdk-nag ...") as phase:
        assembly = synthesize(options.root, cache=options.out / "cdk.out", log=options.log)
        findings = assembly.findings
        verdict = f"{findings.total} findings, all reviewed and acknowledged" if findings.total else "no findings"
        what = "Took the synthesized app of an earlier run, nothing changed" if assembly.reused else "Synthesized"
        phase.result = f"{what}: {assembly.resources} resources; cdk-nag and the CDK's rules: {verdict}"
    return assembly


def _start(options: Options, screen: Screen, open_things: ExitStack) -> LocalAws:
    runner, why = choose(options.runner, os.environ)
    with screen.phase("start", "Starting the local AWS ...") as phase:
        aws = open_things.enter_context(LocalAws(runner=runner, iam=True))
        open_things.push(lambda kind, *_: _leave(kind, screen))
        kind = "containers" if aws.runner_kind == "docker" else "processes on this machine"
        how = aws.runner_reason if why is None else f"jobs run as {kind}: {why}"
        phase.result = f"The local AWS answers at {aws.endpoint} and enforces IAM; {how}"
    return aws


def _leave(kind: type[BaseException] | None, screen: Screen) -> None:
    """Prepare for the closing of the local AWS, which must not be cut short and may take some seconds."""
    hold_signals()
    if kind is KeyboardInterrupt:
        screen.say("\nStopping the jobs and the local AWS ...")


def _deploy(aws: LocalAws, assembly: Assembly, screen: Screen) -> Stack:
    doing = f"Deploying {assembly.resources} resources ..."
    if aws.runner_kind == "docker":
        doing = f"Building the image (minutes, the first time) and deploying {assembly.resources} resources ..."
    with screen.phase("deploy", doing) as phase:
        outputs = aws.deploy(assembly.folder)
        phase.result = f"Deployed {', '.join(outputs)} through CloudFormation"
    return Stack.from_outputs(outputs, client=aws.client)


def _upload(stack: Stack, options: Options, screen: Screen) -> list[Tile]:
    with screen.phase(
        "cut and upload", f"Cutting {options.images} tiles from photographs and uploading them ..."
    ) as phase:
        tiles = cut_tiles(options.images)
        upload(stack, tiles)
        names = len({tile.photograph.name for tile in tiles})
        phase.result = f"Uploaded {len(tiles)} tiles of {names} photographs, and one file that is no image"
    return tiles


def _run(aws: LocalAws, stack: Stack, options: Options, screen: Screen) -> Finished:
    how = "with StartExecution" if options.direct else "by uploading requests/demo.json"
    execution = Execution(stack, subscribe=aws.subscribe, total=options.images + 1)
    try:
        with (
            screen.phase("run", f"Starting the pipeline {how} ...", spin=False) as phase,
            Progress(screen.console).shown() as progress,
        ):
            execution.start(jobs=options.jobs, direct=options.direct)
            finished = execution.follow(progress.update)
            if finished.status != "SUCCEEDED":
                raise explain_failure(stack, finished)
            phase.result = f"The pipeline, started {how}, ended {finished.status}"
    finally:
        execution.close()
    return finished


def _draw(
    stack: Stack,
    tiles: list[Tile],
    summary: Summary,
    finished: Finished,
    *,
    folder: Path,
    kind: str,
    screen: Screen,
) -> None:
    with screen.phase("draw", "Reading the vectors back and drawing ...") as phase:
        vectors = Vectors.read(stack.client("dynamodb"), table=stack.table, bucket=stack.bucket, tiles=tiles)
        picked = pick_queries(vectors.tiles, count=_QUERIES)
        queries = [vectors.query(tile, count=_NEIGHBOURS) for tile in picked]
        sheet = contact_sheet(queries, vectors=len(vectors), dimension=vectors.dimension)
        sheet.save(folder / "neighbours.png")
        (folder / "timeline.html").write_text(_timeline(summary, finished, kind=kind), encoding="utf-8")
        phase.result = f"Compared {len(vectors)} vectors of {vectors.dimension} numbers"


def _timeline(summary: Summary, finished: Finished, *, kind: str) -> str:
    origin = min(
        [step.start for step in finished.steps] + [change.at for job in finished.jobs.jobs for change in job.changes]
    )
    rows = [steps_row(finished.steps, origin=origin)]
    rows += [job_row(job, origin=origin) for job in finished.jobs.jobs]
    how = "containers" if kind == "docker" else "processes"
    subtitle = (
        f"{summary.images} images in {summary.children} jobs, run as {how} on one machine: "
        "when each job was in which state, in seconds since the start of the pipeline."
    )
    return timeline(rows, title="The jobs of one run", subtitle=subtitle)


def _close(
    stack: Stack, summary: Summary, finished: Finished, listener: Listener, *, options: Options, screen: Screen
) -> None:
    items = count_items(stack)
    heard = listener.heard()
    screen.console.print()
    screen.console.print(closing_table(summary=summary, jobs=finished.jobs, items=items, phases=screen.phases))
    for reason in summary.reasons:
        screen.say(f"Not embedded: {reason}", style="yellow")
    for name, what in (
        ("neighbours.png", "tiles and those with the closest vectors"),
        ("timeline.html", "when each job was in which state"),
    ):
        screen.say(f"{_short(options.out / name)}  {what}")
    for message in heard or ["nothing within ten seconds"]:
        screen.say(f"The topic received: {message}")


def _short(path: Path) -> str:
    here = path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _keep(aws: LocalAws, screen: Screen) -> None:
    screen.say("\nThe local AWS stays up until Ctrl-C. To talk to it from another terminal:")
    for name, value in aws.environment().items():
        screen.say(f"  export {name}={value}")
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
