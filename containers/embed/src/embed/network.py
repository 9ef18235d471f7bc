"""The network: a checked ONNX file, run on the GPU where ONNX Runtime has one, else on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from embed.errors import EmbedError
from embed.exit_code import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# In this order. The plain onnxruntime package has no CUDA; onnxruntime-gpu does.
PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")
DEFAULT_SIDE = 224
"""Height and width for a network that takes any: what networks trained on ImageNet take."""
MOST_DIMENSIONS = 90_000
"""A DynamoDB item holds 400 KB with its names (docs: amazondynamodb/latest/developerguide/Constraints.html)."""


class Network:
    """Turns batches of images into vectors.

    Attributes:
        height: Of the input, in pixels.
        width: Of the input, in pixels.
        dimension: Numbers in one vector.
        provider: The ONNX Runtime provider that runs it.
    """

    def __init__(self, content: bytes, *, threads: int, source: str) -> None:
        """Load a network and try it on one black image.

        Args:
            content: The ONNX file, with its weights inside.
            threads: Processor threads for one batch.
            source: Where the file came from, for messages.

        Raises:
            EmbedError: the network does not follow the contract: one input, float32, N x 3 x height x width, N free;
                one output, float32, N x dimension.
        """
        self._source = source
        self._session = self._load(content, threads=threads)
        self.provider: str = self._session.get_providers()[0]
        self._input, self.height, self.width = self._contract()
        try:
            vectors = self.vectors([np.zeros((self.height, self.width, 3), dtype=np.uint8)] * 2)
        except Exception as error:  # ONNX Runtime's own exceptions share no base class
            raise self._invalid(f"cannot take 2 images at once ({_first_line(error)})") from error
        self.dimension: int = vectors.shape[-1]
        if vectors.ndim != 2 or len(vectors) != 2 or not 0 < self.dimension <= MOST_DIMENSIONS:
            raise self._invalid(
                f"gives {' x '.join(map(str, vectors.shape))} numbers for 2 images, not 2 x dimension "
                f"(1 to {MOST_DIMENSIONS})"
            )

    def vectors(self, pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Run a batch.

        Args:
            pictures: RGB images of the network's height and width.

        Returns:
            One row for each image, as the network gives it, not normalised.
        """
        # 0 to 1 is the contract; what else a network wants (mean, deviation) is its own first layer.
        batch = np.stack(pictures).transpose(0, 3, 1, 2).astype(np.float32, order="C")
        batch *= np.float32(1 / 255)
        vectors: NDArray[np.float32] = self._session.run(None, {self._input: batch})[0]
        return vectors

    def _load(self, content: bytes, *, threads: int) -> Any:  # noqa: ANN401 - onnxruntime ships no types
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Waiting threads would spin on the cores that decode the next images.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        available = onnxruntime.get_available_providers()
        providers = [name for name in PROVIDERS if name in available]
        try:
            return onnxruntime.InferenceSession(content, options, providers=providers)
        except Exception as error:  # as above
            raise self._invalid(f"is no network that ONNX Runtime loads ({_first_line(error)})") from error

    def _contract(self) -> tuple[str, int, int]:
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise self._invalid(f"has {len(inputs)} inputs and {len(outputs)} outputs, not one each")
        taken, given = inputs[0], outputs[0]
        kinds = {taken.type, given.type}
        if kinds != {"tensor(float)"}:
            raise self._invalid(f"takes {taken.type} and gives {given.type}, not float32")
        shape = taken.shape
        if len(shape) != 4 or shape[1] not in {3} or isinstance(shape[0], int):
            raise self._invalid(f"takes {shape}, not ['N', 3, height, width] with N free")
        height, width = (side if isinstance(side, int) else DEFAULT_SIDE for side in shape[2:])
        return taken.name, height, width

    def _invalid(self, problem: str) -> EmbedError:
        return EmbedError(
            ExitCode.MODEL_INVALID,
            f"the network {self._source} {problem}",
            fix="export one input float32 N x 3 x height x width (RGB, 0 to 1, N free) and one output N x dimension",
        )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
