from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from embed.errors import EmbedError
from embed.exit_code import ExitCode
from embed.model import ModelFile
from embed.network import Network
from embed.settings import SHIPPED_MODEL
from onnx import TensorProto, helper

if TYPE_CHECKING:
    from pathlib import Path


def _net(
    *,
    taken: tuple[str | int, ...] = ("N", 3, 8, 8),
    given: tuple[str | int, ...] = ("N", 192),
    kind: int = TensorProto.FLOAT,
    inputs: int = 1,
    node: str = "Flatten",
    **attributes: object,
) -> bytes:
    names = [f"x{number}" for number in range(inputs)]
    used = names if node == "Sum" else names[:1]
    graph = helper.make_graph(
        [helper.make_node(node, used, ["y"], **attributes)],
        "net",
        [helper.make_tensor_value_info(name, kind, taken) for name in names],
        [helper.make_tensor_value_info("y", kind, given)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    return model.SerializeToString()


def test_the_contract_gives_pixels_from_0_to_1_as_channels_of_rows() -> None:
    network = Network(_net(taken=("N", 3, 4, 8), given=("N", 96)), threads=1, source="test")
    assert (network.height, network.width, network.dimension) == (4, 8, 96)
    assert network.provider == "CPUExecutionProvider"
    picture = np.random.default_rng(1).integers(0, 256, (4, 8, 3), dtype=np.uint8)
    vectors = network.vectors([picture, 255 - picture])
    expected = picture.transpose(2, 0, 1).ravel() / 255
    np.testing.assert_allclose(vectors, [expected, 1 - expected], atol=1e-6)


def test_a_network_for_any_size_is_tried_and_its_output_must_be_flat() -> None:
    pool = _net(taken=("N", 3, "h", "w"), given=("N", 3, "a", "b"), node="GlobalAveragePool")
    with pytest.raises(EmbedError, match="2 x 3 x 1 x 1"):
        Network(pool, threads=1, source="test")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no network"),
        (b"\x08\x01garbage", "is no network"),
        (_net(taken=(1, 3, 8, 8), given=(1, 192)), "N free"),
        (_net(taken=("N", 1, 8, 8), given=("N", 64)), r"\['N', 1, 8, 8\]"),
        (_net(taken=("N", 8, 8), given=("N", 64)), "N free"),
        (_net(inputs=2, node="Sum", given=("N", 3, 8, 8)), "2 inputs and 1 outputs"),
        (_net(kind=TensorProto.DOUBLE), "tensor.double"),
        (_net(given=(1, "d"), axis=0), "1 x 384"),
        (_net(node="Flatten", taken=("N", 3, 200, 200), given=("N", 120_000)), "90000"),
    ],
)
def test_a_network_that_does_not_fit_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(EmbedError, match=words) as caught:
        Network(content, threads=1, source="s3://b/net.onnx")
    assert caught.value.code is ExitCode.MODEL_INVALID
    assert "s3://b/net.onnx" in str(caught.value)


def test_the_shipped_network_is_the_one_its_digest_names(network: Network) -> None:
    shipped = ModelFile.read(str(SHIPPED_MODEL), sha256=None, objects=None)
    assert shipped.sha256 == hashlib.sha256(SHIPPED_MODEL.read_bytes()).hexdigest()
    assert len(shipped.content) < 2 << 20
    assert (network.height, network.width, network.dimension) == (128, 128, 512)
    onnx.checker.check_model(onnx.load_from_string(shipped.content), full_check=True)


def test_a_wrong_digest_names_both(tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    file.write_bytes(b"abc")
    with pytest.raises(EmbedError, match=hashlib.sha256(b"abc").hexdigest()) as caught:
        ModelFile.read(str(file), sha256="0" * 64, objects=None)
    assert caught.value.code is ExitCode.MODEL_DIGEST
    file.with_name("net.onnx.sha256").write_text("1" * 64 + "  net.onnx\n")
    with pytest.raises(EmbedError, match="1" * 64):
        ModelFile.read(str(file), sha256=None, objects=None)
