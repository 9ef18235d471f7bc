from __future__ import annotations

from typing import Any

import aws_cdk as cdk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.problems import fields, named, refused

from batchwright import Architecture, Instances
from batchwright.model.instances import instance_type, usable_memory_mib

X86 = ["c7i", "m6a.large", "r5b.metal", "g6.xlarge", "hpc7a", "m7i-flex.large", "optimal", "default_x86_64"]
ARM = ["c7g", "m6gd.large", "t4g.nano", "x2gd.metal", "default_arm64"]


def test_presets_know_their_architecture() -> None:
    assert Instances.x86() == Instances(types=("default_x86_64",), architecture=Architecture.X86_64)
    assert Instances.graviton() == Instances(types=("default_arm64",), architecture=Architecture.ARM64)


@given(st.lists(st.sampled_from(X86 + ARM), min_size=1, max_size=4))
@settings(deadline=None)
def test_types_of_one_architecture_are_taken_and_mixes_refused(types: list[str]) -> None:
    expected = {Architecture.ARM64 if name in ARM else Architecture.X86_64 for name in types}
    if len(expected) == 1:
        assert Instances.of(*types) == Instances(types=tuple(types), architecture=expected.pop())
    else:
        assert fields(refused(lambda: Instances.of(*types))) == ["types"]


def test_none_at_all_is_refused() -> None:
    assert fields(refused(Instances.of)) == ["types"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"types": "m7i"}, "types"),
        ({"types": ()}, "types"),
        ({"types": (None,)}, "types[0]"),
        ({"architecture": "arm64"}, "architecture"),
        ({"efa_interfaces": -1}, "efa_interfaces"),
        ({"efa_interfaces": True}, "efa_interfaces"),
        ({"nvme_scratch": "no"}, "nvme_scratch"),
    ],
)
def test_a_set_that_no_preset_makes_is_refused(given: dict[str, Any], field: str) -> None:
    whole = {"types": ("m7i",), "architecture": Architecture.X86_64, **given}
    assert fields(refused(lambda: Instances(**whole))) == [field]


def test_each_wrong_name_is_named() -> None:
    error = refused(lambda: Instances.of("c7i", "huge", "C7I.large", "m7g.large"))
    assert [problem.value for problem in error.problems] == [
        "huge",
        "C7I.large",
        ["c7i", "huge", "C7I.large", "m7g.large"],
    ]


@pytest.mark.parametrize("name", ["a1", "a1.large", "p3", "p3dn.24xlarge", "g3", "g3s.xlarge"])
def test_families_that_the_image_does_not_run_on_are_refused(name: str) -> None:
    (problem,) = refused(lambda: Instances.of(name)).problems
    assert problem.value == name
    assert "Amazon Linux 2023" in problem.allowed


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"vcpus": None}, ["vcpus"]),
        ({"vcpus": True, "gpus": True}, ["vcpus", "gpus"]),
        ({"gpus": 1.5, "max_types": 1.5}, ["gpus", "max_types"]),
        ({"gpus": float("nan"), "max_types": 0}, ["gpus", "max_types"]),
        ({"nvme": "no", "efa": None, "current_generation": 1}, ["nvme", "efa", "current_generation"]),
    ],
)
def test_a_wish_names_what_is_wrong(wish: dict[str, Any], found: list[str]) -> None:
    assert fields(refused(lambda: Instances.fitting(**wish))) == found


@pytest.mark.parametrize("name", ["p6-b300.48xlarge", "p6-b300"])
def test_a_first_card_without_adapter_is_refused(name: str) -> None:
    (problem,) = refused(lambda: Instances.hpc(name)).problems
    assert "first network card" in problem.allowed
    assert Instances.gpu(name).efa_interfaces == 0


def test_no_wish_for_adapters_ends_at_such_a_type() -> None:
    wanted = Instances.fitting(gpus=8, gpu_memory=cdk.Size.gibibytes(200), efa=False, max_types=5)
    assert "p6-b300.48xlarge" in wanted.types
    assert fields(refused(lambda: Instances.fitting(gpus=8, gpu_memory=cdk.Size.gibibytes(200), efa=True)))


@pytest.mark.parametrize("types", [["c7i"], [1], [None]])
def test_types_are_texts(types: list[Any]) -> None:
    assert {problem.field for problem in refused(lambda: Instances.of(types)).problems} == {"types[0]"}  # type: ignore[arg-type]


class TestProfiles:
    @pytest.mark.parametrize(
        ("instances", "types"),
        [
            (Instances.gpu(), ("g6", "g5")),
            (Instances.gpu("p5.48xlarge"), ("p5.48xlarge",)),
            (Instances.neuron(), ("inf2",)),
            (Instances.nvme(), ("m6id", "c6id", "r6id")),
            (Instances.nvme("c7gd", "i4g"), ("c7gd", "i4g")),
            (Instances.hpc("hpc7a"), ("hpc7a",)),
        ],
    )
    def test_a_profile_takes_its_types(self, instances: Instances, types: tuple[str, ...]) -> None:
        assert instances.types == types

    @pytest.mark.parametrize(
        ("profile", "name"),
        [
            ("gpu", "c7i"),
            ("gpu", "g5g"),
            ("gpu", "g4ad"),
            ("neuron", "g6"),
            ("nvme", "m7i"),
            ("nvme", "d3"),
            ("hpc", "c7i"),
            ("hpc", "c7i.large"),
            ("hpc", "default_x86_64"),
        ],
    )
    def test_a_type_without_what_the_profile_is_for_is_refused(self, profile: str, name: str) -> None:
        assert fields(refused(lambda: getattr(Instances, profile)(name))) == ["types"]

    @pytest.mark.parametrize("profile", ["of", "hpc"])
    def test_these_need_a_type(self, profile: str) -> None:
        assert fields(refused(getattr(Instances, profile))) == ["types"]

    @pytest.mark.parametrize(
        ("types", "interfaces"), [(["hpc7a.96xlarge"], 2), (["p5.48xlarge"], 32), (["c7i.48xlarge", "p5.48xlarge"], 1)]
    )
    def test_hosts_get_as_many_adapters_as_all_types_take(self, types: list[str], interfaces: int) -> None:
        assert Instances.hpc(*types).efa_interfaces == interfaces

    def test_graviton_is_not_taken_for_x86(self) -> None:
        assert Instances.hpc("hpc7g.16xlarge").architecture is Architecture.ARM64
        assert fields(refused(lambda: Instances.nvme("c6id", "c7gd"))) == ["types"]


class TestFitting:
    @given(
        vcpus=st.integers(0, 400),
        gibibytes=st.integers(0, 4_000),
        gpus=st.integers(0, 9),
        architecture=st.sampled_from(Architecture),
        nvme=st.booleans(),
        efa=st.booleans(),
    )
    @settings(deadline=None, max_examples=50, derandomize=True)
    def test_each_type_has_room_for_the_job_or_the_wish_is_refused(
        self, vcpus: int, gibibytes: int, gpus: int, architecture: Architecture, nvme: bool, efa: bool
    ) -> None:
        wish: dict[str, Any] = {"vcpus": vcpus, "gpus": gpus, "nvme": nvme, "efa": efa, "architecture": architecture}
        if gibibytes:
            wish["memory"] = cdk.Size.gibibytes(gibibytes)
        wrong = named(lambda: Instances.fitting(**wish))
        if wrong:
            assert wrong <= {name for name, value in wish.items() if value}
            return
        found = Instances.fitting(**wish)
        assert found.architecture is architecture
        assert 1 <= len(found.types) <= 12
        assert (found.efa_interfaces > 0) is efa
        assert found.nvme_scratch is nvme
        for name in found.types:
            host = instance_type(name)
            assert host is not None
            assert host.vcpus >= vcpus
            assert host.gpus >= gpus
            assert (host.gpus > 0) is (gpus > 0)
            assert usable_memory_mib(host.memory_mib) >= gibibytes * 1024
            assert host.disks or not nvme
            assert host.efa_interfaces or not efa
            assert host.architecture is architecture
            assert host.current

    def test_each_family_is_there_once_with_its_smallest_size(self) -> None:
        types = Instances.fitting(vcpus=4, memory=cdk.Size.gibibytes(15)).types
        families = [name.partition(".")[0] for name in types]
        assert len(set(families)) == len(families)
        # 16 GiB are not all there for jobs.
        assert not {"m7i.xlarge", "m8i.xlarge"} & set(types[:1])
        assert "m7i.xlarge" in types

    def test_what_the_system_keeps_is_not_promised(self) -> None:
        types = Instances.fitting(vcpus=4, memory=cdk.Size.gibibytes(16)).types
        assert "m7i.xlarge" not in types

    def test_burstable_and_accelerated_types_are_left_out(self) -> None:
        types = Instances.fitting(vcpus=2, max_types=500).types
        assert len(types) > 50
        assert not [name for name in types if name.startswith(("t3", "g", "p", "inf", "trn", "hpc", "f2", "d3"))]

    def test_a_gpu_with_enough_memory(self) -> None:
        types = Instances.fitting(gpu_memory=cdk.Size.gibibytes(40)).types
        assert types[0] == "g6e.xlarge"
        assert not [name for name in types if name.startswith(("g5", "g6.", "g4dn"))]

    def test_one_type_with_adapters(self) -> None:
        assert len(Instances.fitting(vcpus=64, efa=True).types) == 1

    @pytest.mark.parametrize(
        ("wish", "wrong"),
        [
            ({"vcpus": 10_000}, {"vcpus"}),
            ({"vcpus": 10_000, "gpus": 20}, {"vcpus", "gpus"}),
            ({"vcpus": 300, "gpus": 1}, {"vcpus", "gpus"}),
            ({"gpus": 1, "architecture": "arm64"}, {"gpus"}),
            ({"memory": cdk.Size.tebibytes(90), "nvme": True}, {"memory"}),
            ({"vcpus": "4", "max_types": 0, "memory": 8}, {"vcpus", "max_types", "memory"}),
            ({"vcpus": float("nan"), "gpus": -1}, {"vcpus", "gpus"}),
            ({"architecture": "mips"}, {"architecture"}),
        ],
    )
    def test_a_wish_that_nothing_meets_is_refused_by_name(self, wish: dict[str, Any], wrong: set[str]) -> None:
        assert named(lambda: Instances.fitting(**wish)) == wrong
