from __future__ import annotations

from batchwright.model.architecture import Architecture
from batchwright.model.instance_choice import Wish, fitting_types, has_nvme, unmet_problems
from batchwright.model.instances import instance_type


def test_no_host_is_larger_than_it_must_be() -> None:
    types = fitting_types(Wish(vcpus=8, memory_mib=29_000), 40)
    sizes = [host.vcpus for name in types if (host := instance_type(name))]
    assert set(sizes) == {8}


def test_the_newer_of_two_alike_comes_first() -> None:
    types = fitting_types(Wish(vcpus=4, memory_mib=15_000, architecture=Architecture.ARM64), 40)
    assert types.index("m8g.xlarge") < types.index("m7g.xlarge") < types.index("m6g.xlarge")


def test_older_generations_only_when_asked_for() -> None:
    assert not {"m4.xlarge"} & set(fitting_types(Wish(vcpus=4), 500))
    assert {"m4.xlarge"} & set(fitting_types(Wish(vcpus=4, current=False), 500))


def test_hard_disks_are_no_nvme() -> None:
    for name, expected in (("i4i.large", True), ("m6id.large", True), ("d3.xlarge", False), ("m7i.large", False)):
        host = instance_type(name)
        assert host is not None
        assert has_nvme(host) is expected


def test_a_wish_that_is_met_has_no_problem() -> None:
    assert unmet_problems(Wish(vcpus=4), {"vcpus": 4}) == []


def test_the_part_that_nothing_has_is_named_as_it_was_written() -> None:
    (problem,) = unmet_problems(Wish(vcpus=4, memory_mib=10**9), {"vcpus": 4, "memory_mib": "10 TiB"})
    assert (problem.field, problem.value) == ("memory", "10 TiB")


def test_parts_that_nothing_has_together_are_named() -> None:
    wish = Wish(gpus=8, efa=False, nvme=True, vcpus=300)
    found = unmet_problems(wish, {"gpus": 8, "nvme": True, "vcpus": 300})
    assert {problem.field for problem in found} == {"gpus", "vcpus"}
    assert all("together" in problem.allowed for problem in found)
