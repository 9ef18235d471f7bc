from __future__ import annotations

import subprocess
import sys

import pytest

from batchwright.model import Architecture, architecture_of, has_gpus
from batchwright.model.accelerators import has_neuron, is_accelerated
from batchwright.model.instances import (
    TABLE,
    Size,
    all_types,
    expand,
    instance_type,
    largest,
    memory_ceiling_mib,
    named,
    usable_memory_mib,
)


def test_the_table_says_where_its_facts_come_from() -> None:
    first = TABLE.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# Source: ")
    assert len(all_types()) > 1_000


def test_a_type_is_looked_up_by_name() -> None:
    found = instance_type("p5.48xlarge")
    assert found is not None
    assert (found.vcpus, found.memory_mib, found.gpus, found.gpu_memory_mib) == (192, 2_097_152, 8, 655_360)
    assert (found.efa_interfaces, found.disks, found.disk_gb, found.network_gbps) == (32, 8, 30_400, 3_200)
    assert (found.architecture, found.current, found.bare_metal) == (Architecture.X86_64, True, False)


@pytest.mark.parametrize("name", ["m7g", "optimal", "p99.large", "", "type", "# Source", "m7g.large,2"])
def test_other_names_are_no_type(name: str) -> None:
    assert instance_type(name) is None


def test_every_row_can_be_read() -> None:
    for name in all_types():
        found = instance_type(name)
        assert found is not None
        assert found.name == name
        assert found.vcpus >= 1
        assert found.memory_mib >= 512
        assert bool(found.gpus) is bool(found.gpu_memory_mib)
        assert bool(found.disks) is bool(found.disk_gb)


def test_a_family_is_its_types_by_size() -> None:
    assert [each.name for each in named("m7g")][:4] == ["m7g.medium", "m7g.large", "m7g.xlarge", "m7g.2xlarge"]
    # Not c7i-flex, whose name begins alike.
    assert {each.name.partition(".")[0] for each in named("c7i")} == {"c7i"}
    assert named("m7g.large") == (instance_type("m7g.large"),)


@pytest.mark.parametrize("name", ["optimal", "default_x86_64", "default_arm64", "zz9", ""])
def test_classes_and_unknown_names_have_no_size(name: str) -> None:
    assert named(name) == ()
    assert expand(["m7g", name]) is None
    assert largest(["m7g", name]) is None


def test_the_largest_of_each_is_found() -> None:
    assert largest(["c7i.large"]) == Size(vcpus=2, memory_mib=4_096, gpus=0)
    assert largest(["c7i.large", "r7i.large", "g6.xlarge"]) == Size(vcpus=4, memory_mib=16_384, gpus=1)
    assert largest(["g6"]) == Size(vcpus=192, memory_mib=786_432, gpus=8)
    assert largest([]) is None


def test_types_named_twice_stand_once() -> None:
    assert expand(["m7g", "m7g.large", "m7g"]) == named("m7g")


# m4.large registers 7985 MiB: https://docs.aws.amazon.com/batch/latest/userguide/memory-management.html
# trn1.32xlarge registers 507821 MiB: https://github.com/meta-pytorch/torchx/issues/795
@pytest.mark.parametrize(("name", "registered"), [("m4.large", 7_985), ("trn1.32xlarge", 507_821)])
def test_measured_hosts_lie_between_what_is_sure_and_what_is_possible(name: str, registered: int) -> None:
    found = instance_type(name)
    assert found is not None
    assert usable_memory_mib(found.memory_mib) < registered < memory_ceiling_mib(found.memory_mib)


def test_names_tell_the_architecture_that_the_table_has() -> None:
    told = {name: architecture_of(name) for name in all_types()}
    assert told == {name: found.architecture for name in all_types() if (found := instance_type(name))}
    assert all(architecture_of(name.partition(".")[0]) is told[name] for name in all_types())


def test_names_tell_the_gpus_that_the_table_has() -> None:
    """Batch has no GPU image for arm64, so that GPUs of Graviton types count for nothing."""
    usable = {each.name for name in all_types() if (each := instance_type(name)) and each.gpus}
    usable = {name for name in usable if architecture_of(name) is Architecture.X86_64}
    assert {name for name in all_types() if has_gpus(name)} == usable
    assert all(has_gpus(name.partition(".")[0]) is has_gpus(name) for name in all_types())


def test_importing_the_module_does_not_read_the_table() -> None:
    code = (
        "import sys\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' else None)\n"
        "import batchwright.model.instances as instances\n"
        "assert not any(name.endswith('.csv') for name in opened), opened\n"
        "assert instances.largest(['m7g']) and any(name.endswith('.csv') for name in opened)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("name", "neuron", "accelerated"),
    [
        ("inf2.xlarge", True, True),
        ("trn1n", True, True),
        ("g6", False, True),
        ("g4ad", False, True),
        ("f2", False, True),
        ("dl2q", False, True),
        ("m7i", False, False),
        ("default_x86_64", False, False),
    ],
)
def test_accelerators_are_told_by_the_family(name: str, neuron: bool, accelerated: bool) -> None:
    assert has_neuron(name) is neuron
    assert is_accelerated(name) is accelerated
