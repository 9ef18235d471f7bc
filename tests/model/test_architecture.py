from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchwright.model import Architecture, architecture_of, has_gpus

# Families that EC2 offers, by architecture.
X86 = [
    "c4",
    "c5",
    "c5a",
    "c5ad",
    "c5d",
    "c5n",
    "c6a",
    "c6i",
    "c6id",
    "c6in",
    "c7a",
    "c7i",
    "c7i-flex",
    "c8i",
    "c8i-flex",
    "d2",
    "d3",
    "d3en",
    "dl1",
    "dl2q",
    "f1",
    "f2",
    "g3",
    "g3s",
    "g4ad",
    "g4dn",
    "g5",
    "g6",
    "g6e",
    "g6f",
    "gr6",
    "gr6f",
    "h1",
    "hpc6a",
    "hpc6id",
    "hpc7a",
    "i2",
    "i3",
    "i3en",
    "i4i",
    "i7i",
    "i7ie",
    "inf1",
    "inf2",
    "m4",
    "m5",
    "m5a",
    "m5ad",
    "m5d",
    "m5dn",
    "m5n",
    "m5zn",
    "m6a",
    "m6i",
    "m6id",
    "m6idn",
    "m6in",
    "m7a",
    "m7i",
    "m7i-flex",
    "m8a",
    "m8i",
    "p3",
    "p3dn",
    "p4d",
    "p4de",
    "p5",
    "p5e",
    "p5en",
    "p6-b200",
    "p6-b300",
    "r4",
    "r5",
    "r5a",
    "r5b",
    "r5dn",
    "r6a",
    "r6i",
    "r6idn",
    "r7a",
    "r7i",
    "r7iz",
    "r8i",
    "t2",
    "t3",
    "t3a",
    "trn1",
    "trn1n",
    "trn2",
    "u-3tb1",
    "u-6tb1",
    "u-12tb1",
    "u-24tb1",
    "u7i-6tb",
    "u7i-12tb",
    "u7in-16tb",
    "u7in-24tb",
    "u7in-32tb",
    "u7inh-32tb",
    "vt1",
    "x1",
    "x1e",
    "x2idn",
    "x2iedn",
    "x2iezn",
    "x8i",
    "z1d",
]
GRAVITON = [
    "a1",
    "c6g",
    "c6gd",
    "c6gn",
    "c7g",
    "c7gd",
    "c7gn",
    "c8g",
    "c8gd",
    "c8gn",
    "g5g",
    "hpc7g",
    "i4g",
    "i8g",
    "i8ge",
    "im4gn",
    "is4gen",
    "m6g",
    "m6gd",
    "m7g",
    "m7gd",
    "m8g",
    "m8gd",
    "p6e-gb200",
    "r6g",
    "r6gd",
    "r7g",
    "r7gd",
    "r8g",
    "r8gd",
    "r8gb",
    "r8gn",
    "t4g",
    "x2gd",
    "x8g",
]
SIZES = [
    "nano",
    "micro",
    "small",
    "medium",
    "large",
    "xlarge",
    "2xlarge",
    "12xlarge",
    "48xlarge",
    "224xlarge",
    "metal",
    "metal-24xl",
    "metal-48xl",
]


@given(family=st.sampled_from(X86), size=st.sampled_from(["", *SIZES]))
@settings(max_examples=200, deadline=None)
def test_intel_and_amd_types_are_x86(family: str, size: str) -> None:
    assert architecture_of(f"{family}.{size}".rstrip(".")) is Architecture.X86_64


@given(family=st.sampled_from(GRAVITON), size=st.sampled_from(["", *SIZES]))
@settings(max_examples=200, deadline=None)
def test_graviton_types_are_arm(family: str, size: str) -> None:
    assert architecture_of(f"{family}.{size}".rstrip(".")) is Architecture.ARM64


@pytest.mark.parametrize(
    ("name", "architecture"),
    [
        ("optimal", Architecture.X86_64),
        ("default_x86_64", Architecture.X86_64),
        ("default_arm64", Architecture.ARM64),
    ],
)
def test_batch_classes_are_known(name: str, architecture: Architecture) -> None:
    assert architecture_of(name) is architecture


@pytest.mark.parametrize(
    "name",
    ["", "large", "M7G.large", "m7g.", "m7g.huge", "m7g.large.large", "7g.large", "c7 g", "default", "c-7g", "m7g\n"],
)
def test_other_text_is_not_a_type(name: str) -> None:
    assert architecture_of(name) is None


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_has_an_answer(text: str) -> None:
    assert architecture_of(text) in (None, *Architecture)


@pytest.mark.parametrize("family", ["g4dn.xlarge", "g5", "g6e.48xlarge", "gr6", "p4d", "p5en.48xlarge", "p6-b200"])
def test_nvidia_families_have_gpus(family: str) -> None:
    assert has_gpus(family)


@pytest.mark.parametrize(
    "family", ["c7i", "m7g.large", "g4ad", "g5g.xlarge", "inf2", "trn1", "optimal", "default_arm64", "default_x86_64"]
)
def test_others_have_none_that_a_container_can_use(family: str) -> None:
    assert not has_gpus(family)
