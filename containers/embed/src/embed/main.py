"""The program: settings, network, list, pipeline, report; and one line with an exit code when it cannot go on."""

from __future__ import annotations

import sys
import time
import warnings
from typing import TYPE_CHECKING

from embed import aws, pipeline
from embed.errors import EmbedError
from embed.exit_code import ExitCode
from embed.manifest import Manifest
from embed.model import ModelFile
from embed.network import Network
from embed.objects import Objects, S3Uri
from embed.report import Report
from embed.settings import VARIABLES, Settings
from embed.vector_table import VectorTable

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence

    from embed.pipeline import Outcome

USAGE = f"python -m embed takes no arguments; it is set up by environment variables:\n{VARIABLES}"
_SECONDS_BETWEEN_LINES = 10.0


def main(arguments: Sequence[str], *, environment: Mapping[str, str], stop: threading.Event) -> int:
    """Run the program.

    Args:
        arguments: Of the command line: none, or --help.
        environment: The variables of VARIABLES and those of the AWS SDK.
        stop: Set it to end early; see `stopping`.

    Returns:
        The exit code.
    """
    if arguments:
        asked = list(arguments) in (["--help"], ["-h"])
        (sys.stdout if asked else sys.stderr).write(USAGE)
        return ExitCode.DONE if asked else ExitCode.SETTINGS
    # Pillow warns of odd metadata. It helps nobody here: an image can be read, or it is listed as failed.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    try:
        return _embed(Settings.from_environment(environment), stop=stop)
    except EmbedError as error:
        _fail(error.code, str(error))
        return error.code


def _embed(settings: Settings, *, stop: threading.Event) -> ExitCode:
    started = time.time()
    s3, dynamodb = aws.clients(
        region=settings.region, connections=settings.download_threads + 2, attempts=settings.max_attempts
    )
    objects = Objects(s3)
    manifest = Manifest.read(S3Uri.parse(settings.manifest_uri), objects=objects)
    images = manifest.part(settings.index, objects=objects)
    model = ModelFile.read(settings.model_uri, sha256=settings.model_sha256, objects=objects)
    network = Network(model.content, threads=settings.vcpus, source=settings.model_uri)
    table = VectorTable(dynamodb, name=settings.table_name, model_sha256=model.sha256)
    _say(
        f"run {manifest.run_id}, list {settings.index} of 0 to {manifest.size - 1}: {len(images)} images, "
        f"{network.dimension} dimensions, {network.provider}, model {model.sha256[:12]}"
    )
    outcome = _pipeline(settings, images, objects=objects, network=network, table=table, stop=stop)
    if outcome.done < len(images):
        _fail(
            ExitCode.TERMINATED,
            f"SIGTERM: stopped after {outcome.done} of {len(images)} images, whose vectors are written, without a "
            "report; a further attempt writes all of them again",
        )
        return ExitCode.TERMINATED
    report = Report(
        settings=settings,
        manifest=manifest,
        network=network,
        outcome=outcome,
        model_sha256=model.sha256,
        started=started,
        finished=time.time(),
    )
    _say(f"{outcome.embedded} embedded, {len(outcome.failed)} failed; report: {report.write(objects)}")
    return ExitCode.DONE


def _pipeline(
    settings: Settings,
    images: Sequence[S3Uri],
    *,
    objects: Objects,
    network: Network,
    table: VectorTable,
    stop: threading.Event,
) -> Outcome:
    return pipeline.run(
        map(str, images),
        fetch=lambda image: objects.read_image(S3Uri.parse(image), most=settings.max_image_bytes),
        network=network,
        write=table.write,
        options=pipeline.Options(
            batch_size=settings.batch_size,
            decode_threads=settings.decode_threads,
            download_threads=settings.download_threads,
            max_image_pixels=settings.max_image_pixels,
        ),
        stop=stop,
        progress=_progress(len(images)),
    )


def _progress(images: int) -> Callable[[Outcome], None]:
    """Say at most every ten seconds how far the list is done."""
    last = time.monotonic()

    def progress(outcome: Outcome) -> None:
        nonlocal last
        if time.monotonic() - last >= _SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            _say(f"{outcome.done} of {images} images, {len(outcome.failed)} of them failed")

    return progress


def _say(text: str) -> None:
    sys.stdout.write(f"embed: {text}\n")
    sys.stdout.flush()


def _fail(code: ExitCode, text: str) -> None:
    sys.stderr.write(f"embed: {code.name} (exit code {code.value}): {text}\n")
    sys.stderr.flush()
