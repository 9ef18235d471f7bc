"""The plain way: one image after the other. `python loop.py IMAGES NETWORK LATENCY` prints what it did as JSON.

It is what one writes first: open, decode, resize, a batch of one, one item. Everything is at its default; ONNX Runtime
therefore uses all cores for its one image.
"""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

from benchmarks.embedding.images import read_images
from benchmarks.embedding.memory_aws import MemoryAws
from benchmarks.embedding.side import report


def main(images: Path, network: Path, latency: float) -> None:
    """Embed all images."""
    objects = read_images(images)
    aws = MemoryAws(objects, latency=latency)
    session = onnxruntime.InferenceSession(network)
    feed = session.get_inputs()[0]
    _, _, height, width = feed.shape
    started = time.perf_counter()
    for key in objects:
        content = aws.get_object(Bucket="images", Key=key)["Body"].read()
        image = ImageOps.fit(Image.open(io.BytesIO(content)).convert("RGB"), (width, height), Image.Resampling.BICUBIC)
        pixels = np.asarray(image, dtype=np.float32)[np.newaxis].transpose(0, 3, 1, 2) / np.float32(255)
        vector = session.run(None, {feed.name: np.ascontiguousarray(pixels)})[0][0]
        norm = float(np.linalg.norm(vector))
        item = {
            "ImageId": {"S": f"s3://images/{key}"},
            "Vector": {"B": (vector / norm).astype("<f4").tobytes()},
            "DataType": {"S": "float32"},
            "Dimension": {"N": str(vector.size)},
            "Norm": {"N": f"{norm:.8g}"},
        }
        aws.put_item(TableName="vectors", Item=item)
    report(aws, seconds=time.perf_counter() - started)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
