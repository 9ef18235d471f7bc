"""The pipeline of containers/embed: `python ours.py IMAGES NETWORK LATENCY` prints what it did as JSON.

PYTHONPATH names containers/embed/src.

Everything the container does for an image, with its default settings for this machine's cores.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from embed import pipeline
from embed.cores import usable_cores
from embed.network import Network
from embed.objects import Objects, S3Uri
from embed.vector_table import VectorTable

from benchmarks.embedding.images import read_images
from benchmarks.embedding.memory_aws import MemoryAws
from benchmarks.embedding.side import report


def main(images: Path, network: Path, latency: float) -> None:
    """Embed all images."""
    keys = read_images(images)
    aws: Any = MemoryAws(keys, latency=latency)
    cores = usable_cores()
    loaded = Network(network.read_bytes(), threads=cores, source=str(network))
    objects, table = Objects(aws), VectorTable(aws, name="vectors", model_sha256="0" * 64)
    started = time.perf_counter()
    pipeline.run(
        [f"s3://images/{key}" for key in keys],
        fetch=lambda image: objects.read_image(S3Uri.parse(image), most=1 << 26),
        network=loaded,
        write=table.write,
        options=pipeline.Options(decode_threads=cores),
    )
    report(aws, seconds=time.perf_counter() - started)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
