"""Build the image network that ships with the container: `python make_network.py` writes it beside this file.

The network needs no training and no download. It measures what a person notices first in a picture (which colours are
where, how strong edges run in which direction, how coarse the texture is) with filters from classical image analysis,
and mixes the measurements into 512 numbers with fixed random signs. Images that look alike get vectors that point the
same way. It recognises no objects; use a trained network through MODEL_URI for that.

Contract, the same for every network the container accepts: one input, float32, N x 3 x height x width, RGB from 0 to 1;
one output, float32, N x dimension.

The result is the same file, byte for byte, wherever it is built with the same version of the `onnx` package: every
constant is rounded to a multiple of 1/4096 or comes from SHA-256, never from a random generator or a linear-algebra
library.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

SIZE = 128
"""Height and width of the input, in pixels: enough for texture, and cheap to decode to."""

DIMENSION = 512
ORIENTATIONS = 8
COLOURS = 96
STEEPNESS = 6.0
OPSET = 17
IR_VERSION = 8
FILE = Path(__file__).with_name("embedding-512.onnx")

_OPPONENT = ((0.299, 0.587, 0.114), (0.5, -0.5, 0.0), (0.25, 0.25, -0.5))
"""Rows: brightness, red against green, yellow against blue."""


class _Graph:
    """Collects nodes and constants; names are counted, so the same calls give the same bytes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: NDArray[Any]) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:  # noqa: ANN401 - ONNX attributes are of any type
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def number(self, value: float) -> str:
        return self.constant(np.array(value, dtype=np.float32))


def _rounded(values: Any) -> NDArray[np.float32]:  # noqa: ANN401 - whatever numpy takes as an array
    """Round to multiples of 1/4096, so that the last bits of this machine's mathematics do not reach the file."""
    return (np.round(np.asarray(values, dtype=np.float64) * 4096) / 4096).astype(np.float32)


def _signs(rows: int, columns: int, *, seed: str) -> NDArray[np.int8]:
    """A matrix of +1 and -1 from SHA-256 in counter mode: the same on every machine and in every version."""

    def blocks() -> Iterator[bytes]:
        for counter in range(math.ceil(rows * columns / 256)):
            yield hashlib.sha256(f"{seed}:{counter}".encode()).digest()

    bits = np.unpackbits(np.frombuffer(b"".join(blocks()), dtype=np.uint8))[: rows * columns]
    return (bits.astype(np.int8) * 2 - 1).reshape(rows, columns)


def _gabor(*, size: int, wavelength: float, sigma: float) -> NDArray[np.float32]:
    """Even and odd Gabor filters in every orientation, each without response to a flat area.

    Returns:
        Weights of shape (2 * ORIENTATIONS, 1, size, size); the even filters come first, then the odd ones.
    """
    half = size // 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float64)
    envelope = np.exp(-(x * x + y * y) / (2 * sigma * sigma))
    filters = []
    for phase in (0.0, math.pi / 2):
        for index in range(ORIENTATIONS):
            angle = math.pi * index / ORIENTATIONS
            wave = np.cos(2 * math.pi * (x * math.cos(angle) + y * math.sin(angle)) / wavelength + phase)
            kernel = envelope * wave
            kernel -= envelope * (kernel.sum() / envelope.sum())
            filters.append(kernel / np.abs(kernel).sum())
    return _rounded(filters)[:, None]


def _group(graph: _Graph, features: str, *, baseline: NDArray[np.float32], gain: float) -> str:
    """Flatten, take the baseline (what a plain picture gives) away, and weigh the group against the others."""
    flat = graph.add("Flatten", features, axis=1)
    return graph.add("Mul", graph.add("Sub", flat, graph.constant(baseline)), graph.number(gain))


def _pooled(graph: _Graph, features: str, *, size: int, cells: int) -> str:
    step = size // cells
    return graph.add("AveragePool", features, kernel_shape=[step, step], strides=[step, step])


def _edges(graph: _Graph, brightness: str, *, size: int, kernel: int, wavelength: float) -> list[str]:
    """Strength of edges and texture in every orientation, over a grid of cells and over the whole image."""
    weights = graph.constant(_gabor(size=kernel, wavelength=wavelength, sigma=wavelength / 2))
    pad = kernel // 2
    stride = 2 if size > 64 else 1
    response = graph.add("Conv", brightness, weights, pads=[pad] * 4, strides=[stride, stride])
    squared = graph.add("Mul", response, response)
    even_and_odd = graph.constant(np.hstack([np.eye(ORIENTATIONS, dtype=np.float32)] * 2)[:, :, None, None])
    energy = graph.add("Sqrt", graph.add("Conv", squared, even_and_odd))
    groups = []
    for pooled, cells, weight in (
        (_pooled(graph, energy, size=size // stride, cells=4), 16, 0.3),
        (graph.add("GlobalAveragePool", energy), 1, 0.8),
    ):
        # Contrast is felt as a ratio, hence the logarithm; the addition is the noise of an even surface.
        strength = graph.add("Log", graph.add("Add", pooled, graph.number(0.01)))
        width = cells * ORIENTATIONS
        groups.append(_group(graph, strength, baseline=_rounded([-3.9]), gain=_gain(weight, width, spread=0.5)))
    return groups


def _colour_planes() -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Planes through colour space (weights of RGB, offsets) and the share of ordinary colours beyond each of them."""
    directions = _signs(COLOURS, 3, seed="colour").astype(np.float64) * np.array([1.0, 4.0, 4.0])
    index = np.arange(COLOURS)
    directions *= (index % 3)[:, None] != np.arange(3)  # two of the three axes each, in turn
    # Brightness runs from 0 to 1, the colour axes lie around 0: move each plane into the middle, then spread them.
    offsets = -0.5 * directions[:, 0] + (index % 8 - 3.5) * 0.2
    weights, offsets = _rounded(directions * STEEPNESS), _rounded(offsets * STEEPNESS)
    brightness, red_green, yellow_blue = np.meshgrid(
        np.linspace(0.1, 0.9, 9), np.linspace(-0.15, 0.15, 7), np.linspace(-0.15, 0.15, 7), indexing="ij"
    )
    ordinary = np.stack([brightness.ravel(), red_green.ravel(), yellow_blue.ravel()])
    beyond = 1 / (1 + np.exp(-(weights @ ordinary + offsets[:, None])))
    return _rounded(weights @ np.array(_OPPONENT))[:, :, None, None], offsets, _rounded(beyond.mean(axis=1))


def _colour_shares(graph: _Graph, colours: str, *, size: int) -> list[str]:
    """A soft histogram of colour: how much of each cell, and of the image, lies beyond each of many colour planes."""
    weights, offsets, ordinary = _colour_planes()
    response = graph.add("Conv", colours, graph.constant(weights), graph.constant(offsets))
    beyond = graph.add("Sigmoid", response)
    grid = _pooled(graph, beyond, size=size, cells=2)
    whole = graph.add("GlobalAveragePool", beyond)
    return [
        _group(graph, grid, baseline=np.repeat(ordinary, 4), gain=_gain(0.8, COLOURS * 4, spread=0.25)),
        _group(graph, whole, baseline=ordinary, gain=_gain(2.4, COLOURS, spread=0.25)),
    ]


def _layout(graph: _Graph, colours: str, *, size: int) -> list[str]:
    """What colour is where: means of brightness and of the two colour axes, the latter made stronger."""
    axes = graph.constant(_rounded(np.array(_OPPONENT) * [[1], [3], [3]])[:, :, None, None])
    means = graph.add("Conv", _pooled(graph, colours, size=size, cells=4), axes)
    grey = np.repeat(_rounded([0.5, 0, 0]), 16)
    return [_group(graph, means, baseline=grey, gain=_gain(0.4, 48, spread=0.25))]


def _gain(weight: float, width: int, *, spread: float) -> float:
    """The factor that gives a group of `width` features of the usual `spread` the length `weight`."""
    return float(_rounded(weight / spread / math.sqrt(width)))


def make() -> onnx.ModelProto:
    """Make the network: N x 3 x 128 x 128 in, N x 512 out, N free."""
    graph = _Graph()
    # A weighted sum, not a convolution: with so few channels the latter costs several times as much.
    weights = graph.constant(_rounded(_OPPONENT[0]).reshape(1, 3, 1, 1))
    channels = graph.constant(np.array([1], dtype=np.int64))
    bright = graph.add("ReduceSum", graph.add("Mul", "pixels", weights), channels, keepdims=1)
    half = graph.add("AveragePool", bright, kernel_shape=[2, 2], strides=[2, 2])
    quarter = graph.add("AveragePool", half, kernel_shape=[2, 2], strides=[2, 2])
    colours = graph.add("AveragePool", "pixels", kernel_shape=[4, 4], strides=[4, 4])

    groups = [
        *_edges(graph, bright, size=SIZE, kernel=5, wavelength=3.0),
        *_edges(graph, half, size=SIZE // 2, kernel=7, wavelength=4.0),
        *_edges(graph, quarter, size=SIZE // 4, kernel=7, wavelength=5.0),
        *_colour_shares(graph, colours, size=SIZE // 4),
        *_layout(graph, colours, size=SIZE // 4),
    ]
    features = graph.add("Concat", *groups, axis=1)
    width = 3 * (16 + 1) * ORIENTATIONS + COLOURS * (4 + 1) + 3 * 16
    signs = graph.add("Cast", graph.constant(_signs(width, DIMENSION, seed="mix")), to=TensorProto.FLOAT)
    mixed = graph.add("MatMul", features, signs)
    graph.nodes.append(helper.make_node("Mul", [mixed, graph.number(1 / 32)], ["vector"], name="vector"))
    return _model(graph)


def _model(graph: _Graph) -> onnx.ModelProto:
    def tensor(name: str, shape: Sequence[str | int]) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    made = helper.make_graph(
        graph.nodes,
        "embedding-512",
        [tensor("pixels", ["N", 3, SIZE, SIZE])],
        [tensor("vector", ["N", DIMENSION])],
        graph.constants,
    )
    model = helper.make_model(made, producer_name="batchwright", opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    """Write the network and, beside it, its SHA-256 in the form that `sha256sum --check` reads."""
    content = make().SerializeToString(deterministic=True)
    FILE.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    FILE.with_suffix(".onnx.sha256").write_text(f"{digest}  {FILE.name}\n", encoding="utf-8")
    print(f"{FILE.name}: {len(content)} bytes, SHA-256 {digest}")  # noqa: T201 - the script's one line of output


if __name__ == "__main__":
    main()
