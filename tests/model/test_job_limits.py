"""The small limits of a job, each at its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from batchwright.model.consumable_resources import consumable_quantity_problems
from batchwright.model.container_images import image_reference_problems
from batchwright.model.definition_size import definition_size_problems
from batchwright.model.eks import eks_cpu_problems, eks_memory_problems, eks_namespace_problems
from batchwright.model.environment_variables import variable_name_problems
from batchwright.model.fargate import fargate_total_problems
from batchwright.model.fargate_settings import fargate_gpu_problems, fargate_setting_problems
from batchwright.model.linux_parameters import large_tmpfs_problems, swappiness_problems
from batchwright.model.log_drivers import fargate_log_driver_problems
from batchwright.model.sizes import ec2_memory_problems, ec2_vcpu_problems, ec2_vcpu_text_problems, gpu_problems
from batchwright.model.storage import efs_platform_problems, efs_port_problems, ephemeral_storage_problems
from batchwright.model.tags import propagated_tag_count_problems, tag_count_problems
from batchwright.model.timeouts import timeout_problems
from batchwright.model.windows import is_windows, windows_architecture_problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchwright.model import Problem

TAKEN = {
    "timeout": timeout_problems(60),
    "an open timeout": timeout_problems(None),
    "image": image_reference_problems("a" * 255),
    "definition": definition_size_problems(24 * 1024),
    "tags": tag_count_problems(50),
    "propagated tags": propagated_tag_count_problems(50),
    "variable": variable_name_problems("MY_AWS_BATCH"),
    "EC2 vCPUs": ec2_vcpu_problems(1),
    "EC2 vCPUs as text": ec2_vcpu_text_problems("16"),
    "EC2 memory": ec2_memory_problems(4),
    "GPUs": gpu_problems(0),
    "Fargate GPUs": fargate_gpu_problems(0),
    "Fargate in all": fargate_total_problems(vcpus=32, memory_mib=249_856),
    "disk": [*ephemeral_storage_problems(21), *ephemeral_storage_problems(200)],
    "EFS port": [*efs_port_problems(0), *efs_port_problems(65_535)],
    "EFS platform": [
        *efs_platform_problems("1.4.0"),
        *efs_platform_problems("LATEST"),
        *efs_platform_problems("1.10.0"),
        *efs_platform_problems("1.4"),
    ],
    "swappiness": [*swappiness_problems(0), *swappiness_problems(100)],
    "tmpfs": large_tmpfs_problems(512, 512),
    "log driver": fargate_log_driver_problems("AWSLOGS", firelens=False),
    "EKS CPU": [*eks_cpu_problems(0.25), *eks_cpu_problems(96)],
    "EKS memory": eks_memory_problems("4Mi"),
    "EKS namespace": [*eks_namespace_problems("a" * 63), *eks_namespace_problems("kubes")],
    "Windows": windows_architecture_problems("x86_64"),
    "consumable resource": [*consumable_quantity_problems(5, 5), *consumable_quantity_problems(5, 0)],
}

REFUSED = {
    "timeout": (timeout_problems(59.5), "Use Duration.seconds(60)."),
    "part of a second": (timeout_problems(90.5), "Use Duration.seconds(91)."),
    "image": (image_reference_problems("a" * 256), "Shorten"),
    "definition": (definition_size_problems(24 * 1024 + 1), "Put long commands"),
    "tags": (tag_count_problems(51), "Take some away."),
    "propagated tags": (propagated_tag_count_problems(51), "Take some away"),
    "variable": (variable_name_problems("AWS_BATCH_CE_NAME"), "choose another"),
    "EC2 vCPUs": (ec2_vcpu_problems(0.25), "Use vcpus=1."),
    "EC2 vCPUs as text": (ec2_vcpu_text_problems("16.0"), "Write 16."),
    "EC2 memory": (ec2_memory_problems(3.0), "Docker"),
    "GPUs": (gpu_problems(0.5), "Leave it out"),
    "Fargate GPUs": (fargate_gpu_problems(1.0), "Use a queue over EC2"),
    "Fargate setting": (fargate_setting_problems("privileged", True), "Leave it out"),
    "Fargate in all": (fargate_total_problems(vcpus=33, memory_mib=1), "Give some containers less"),
    "disk": (ephemeral_storage_problems(20), "Leave it out"),
    "EFS port": (efs_port_problems(65_536), "Leave it out"),
    "EFS platform": (efs_platform_problems("1.3.0"), "use LATEST"),
    "swappiness": (swappiness_problems(101), "60"),
    "tmpfs": (large_tmpfs_problems(513, 512), "Make it smaller"),
    "log driver": (fargate_log_driver_problems("awsfirelens", firelens=False), "Use awslogs."),
    "EKS CPU": (eks_cpu_problems(0.3), "quarter"),
    "EKS memory": (eks_memory_problems("2Gi"), "2048Mi"),
    "EKS namespace": (eks_namespace_problems("kube-system"), "batch-jobs"),
    "Windows": (windows_architecture_problems("ARM64"), "X86_64"),
    "consumable resource": (consumable_quantity_problems(6, 5), "Ask for less"),
}


@pytest.mark.parametrize("limit", TAKEN)
def test_up_to_the_limit(limit: str) -> None:
    assert not TAKEN[limit]


@pytest.mark.parametrize("limit", REFUSED)
def test_beyond_the_limit(limit: str) -> None:
    problems: Sequence[Problem]
    problems, fix = REFUSED[limit]
    (problem,) = problems
    assert fix in problem.fix
    assert ".0 " not in str(problem.value)


def test_windows_families() -> None:
    assert is_windows("windows_server_2022_core")
    assert not is_windows("LINUX")
