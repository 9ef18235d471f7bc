"""Arguments of kinds that nobody means: each is refused in words, never in the CDK's or Python's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from support.parts import environment_of, job_of, vpc_of
from support.problems import fields, refused
from support.synthesis import new_stack

from batchwright import (
    BatchStep,
    BlockDevice,
    ContainerJob,
    Device,
    EbsScratch,
    Efa,
    EfsVolume,
    Fail,
    FairShare,
    HostImage,
    HostLaunchTemplate,
    ImageRepository,
    JobImage,
    JobQueue,
    JobSize,
    JobStateNotifier,
    LambdaStep,
    LinuxParameters,
    ManagedInstancesEnvironment,
    Mount,
    NotificationTopic,
    Pass,
    Pipeline,
    RawState,
    RevisionJanitor,
    RootVolume,
    S3FilesVolume,
    S3Trigger,
    SpotEnvironment,
    SubmitOptions,
    Tmpfs,
    Ulimit,
    container_folder,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ANY: Any = object()
ODD = [None, ANY, "text", 1.5, float("nan"), True, [ANY], {ANY: 1}, lambda: 1, b"x", {"a"}, ("a",), ANY.__class__]
S3_FILES = "arn:aws:s3files:us-east-1:123456789012:file-system/fs-0123456789abcdef0"


@pytest.fixture(scope="module")
def stack() -> cdk.Stack:
    return new_stack()


@pytest.fixture(scope="module")
def job(stack: cdk.Stack) -> ContainerJob:
    return job_of(stack, "EC2", "Base")


FILES: Any = SimpleNamespace(file_system_id="fs-0123456789abcdef0")
REPOSITORY: Any = SimpleNamespace(repository_arn="arn")
BUCKET: Any = SimpleNamespace(bucket_name="bucket")
PIPELINE: Any = SimpleNamespace(state_machine=None)


class Builder:
    """Makes constructs with names of their own in one stack."""

    def __init__(self, stack: cdk.Stack, job: ContainerJob) -> None:
        self.stack, self.job, self._count = stack, job, 0

    @property
    def name(self) -> str:
        self._count += 1
        return f"Odd{self._count}"

    def run(self, **options: Any) -> None:  # noqa: ANN401
        job_of(self.stack, "EC2", self.name, queue=self.job.queue, **options)

    def steps(self, step: Any) -> None:  # noqa: ANN401
        Pipeline(self.stack, self.name, steps=step)

    def hosts(self, **options: Any) -> None:  # noqa: ANN401
        HostLaunchTemplate(self.stack, self.name, **options)


@pytest.fixture(scope="module")
def builder(stack: cdk.Stack, job: ContainerJob) -> Builder:
    return Builder(stack, job)


# What takes which odd values, and the field that must be named; a value that it takes is left out.
CASES: dict[str, tuple[Callable[[Builder, Any], object], str, list[Any]]] = {
    "bid": (
        lambda b, odd: SpotEnvironment(b.stack, b.name, vpc=b.stack.node.find_child("Vpc"), bid_percentage=odd),
        "bid_percentage",
        [None],
    ),
    "tmpfs size": (
        lambda b, odd: b.run(linux=LinuxParameters(tmpfs=[Tmpfs(path="/t", size=odd)])),
        "linux.tmpfs[0].size",
        [],
    ),
    "ulimit": (
        lambda b, odd: b.run(linux=LinuxParameters(ulimits=[Ulimit(name="nofile", soft=odd)])),
        "linux.ulimits[0].soft",
        [1.5],
    ),
    "mount": (lambda b, odd: b.run(mounts=[Mount(odd, "/data")]), "mounts[0].volume", []),
    "root on EFS": (
        lambda b, odd: b.run(mounts=[Mount(EfsVolume(file_system=FILES, root_access=odd), "/data")]),
        "mounts[0].volume.root_access",
        [True],
    ),
    "root on S3 Files": (
        lambda b, odd: b.run(mounts=[Mount(S3FilesVolume(file_system_arn=S3_FILES, root_access=odd), "/data")]),
        "mounts[0].volume.root_access",
        [True],
    ),
    "function": (lambda _, odd: LambdaStep(odd), "function", []),
    "values": (lambda b, odd: b.steps(Pass("Step", values=odd)), "Step.values", [{ANY: 1}]),
    "error": (lambda b, odd: b.steps(Fail("Step", error=odd, cause="cause")), "Step.error", ["text"]),
    "state": (lambda _, odd: RawState("Step", odd), "state", [{ANY: 1}]),
    "policies": (lambda _, odd: RawState("Step", {"Type": "Pass"}, policies=odd), "policies", [("a",)]),
    "image's name": (lambda _, odd: JobImage.from_registry(odd), "name", ["text"]),
    "repository": (lambda _, odd: JobImage.from_repository(odd, tag="1"), "repository", []),
    "tag": (lambda _, odd: JobImage.from_repository(REPOSITORY, tag=odd), "tag", ["text"]),
    "folder": (lambda b, odd: JobImage.from_folder(b.stack, b.name, odd), "folder", []),
    "build_args": (
        lambda b, odd: JobImage.from_folder(b.stack, b.name, container_folder("embed"), build_args=odd),
        "build_args",
        [None],
    ),
    "step's vCPUs": (
        lambda b, odd: b.steps(BatchStep(b.job, options=SubmitOptions(vcpus=odd))),
        "Base.options.vcpus",
        [None, 1.5],
    ),
    "host's name": (lambda _, odd: JobSize.fit(odd), "instance_type", []),
    "step's name": (lambda b, odd: b.steps(BatchStep(b.job, name=odd)), "name", [None, "text"]),
    "step's command": (lambda b, odd: b.steps(BatchStep(b.job, command=odd)), "Base.command", [("a",), [ANY]]),
    "topic": (lambda b, odd: JobStateNotifier(b.stack, b.name, topic=odd), "topic", [None]),
    "key": (lambda b, odd: NotificationTopic(b.stack, b.name, key=odd), "key", [None]),
    "images": (lambda b, odd: ImageRepository(b.stack, b.name, keep_images=odd), "keep_images", []),
    "retention": (
        lambda b, odd: RevisionJanitor(b.stack, b.name, jobs=[b.job], log_retention=odd),
        "log_retention",
        [],
    ),
    "bucket": (
        lambda b, odd: S3Trigger(b.stack, b.name, bucket=odd, pipeline=PIPELINE),
        "bucket",
        [],
    ),
    "age": (
        lambda b, odd: S3Trigger(b.stack, b.name, bucket=BUCKET, pipeline=PIPELINE, max_event_age=odd),
        "max_event_age",
        [None],
    ),
}


def refuses(case: str) -> list[Any]:
    _, _, taken = CASES[case]
    return [odd for odd in ODD if not any(odd is each or (type(odd) is type(each) and odd == each) for each in taken)]


@pytest.mark.parametrize("case", CASES)
def test_what_is_of_an_odd_kind_is_refused_in_words(builder: Builder, case: str) -> None:
    build, field, _ = CASES[case]
    for odd in refuses(case):
        error = refused(lambda odd=odd: build(builder, odd))  # type: ignore[misc]
        assert fields(error)[0].startswith(field), odd


@pytest.mark.parametrize("options", [["a", None], "READ", None, ANY])
def test_lists_of_devices_and_folders_are_lists(builder: Builder, options: Any) -> None:  # noqa: ANN401
    device = Device(host_path="/dev/fuse", permissions=options)
    folder = Tmpfs(path="/t", size=cdk.Size.mebibytes(1), options=options)
    for parameters, field in (({"devices": [device]}, "devices[0].permissions"), ({"tmpfs": [folder]}, "tmpfs[0].opt")):
        error = refused(lambda given=parameters: builder.run(linux=LinuxParameters(**given)))  # type: ignore[misc]
        assert fields(error)[0].startswith(f"linux.{field}")


def test_shared_memory_of_adapters_is_a_size() -> None:
    assert [problem.field for problem in Efa(shared_memory=ANY).problems()] == ["efa.shared_memory"]
    assert [problem.field for problem in Efa(shared_memory=None).problems()] == ["efa.shared_memory"]  # type: ignore[arg-type]


def test_a_text_known_later_is_no_number_of_a_host(builder: Builder) -> None:
    text: Any = cdk.CfnParameter(builder.stack, "Text").value_as_string
    number: Any = cdk.CfnParameter(builder.stack, "Number", type="Number").value_as_number
    wrong: dict[str, dict[str, Any]] = {
        "root_volume.gibibytes": {"root_volume": RootVolume(gibibytes=text)},
        "parts[0].iops": {"parts": [EbsScratch(gibibytes=10, iops=text)]},
        "block_devices[0].device_name": {"block_devices": [BlockDevice(gibibytes=1, device_name=number)]},
        "metadata_hop_limit": {"metadata_hop_limit": text},
        "image_id": {"image_id": number},
        "instance_profile_arn": {"instance_profile_arn": number},
    }
    for field, options in wrong.items():
        error = refused(lambda options=options: builder.hosts(**options))  # type: ignore[misc]
        assert fields(error) == [field]
        assert "Token[" not in str(error)


def test_the_name_of_an_image_is_known_now(builder: Builder) -> None:
    name = cdk.CfnParameter(builder.stack, builder.name).value_as_string
    assert fields(refused(lambda: HostImage.parameter(name))) == ["name"]


def test_a_parameter_in_another_unit_is_named(builder: Builder) -> None:
    number = cdk.CfnParameter(builder.stack, "Minutes", type="Number").value_as_number
    minutes = cdk.Duration.minutes(number)
    environments = [environment_of(builder.stack, "EC2", builder.name)]
    wrong: dict[str, Callable[[], object]] = {
        "timeout": lambda: Pipeline(builder.stack, builder.name, steps=BatchStep(builder.job), timeout=minutes),
        "Base.options.timeout": lambda: builder.steps(BatchStep(builder.job, options=SubmitOptions(timeout=minutes))),
        "keep_for": lambda: RevisionJanitor(builder.stack, builder.name, jobs=[builder.job], keep_for=minutes),
        "fair_share.decay": lambda: JobQueue(
            builder.stack, builder.name, environments=environments, fair_share=FairShare(decay=minutes)
        ),
        "scale_in_after": lambda: ManagedInstancesEnvironment(
            builder.stack, builder.name, vpc=vpc_of(builder.stack, construct_id=builder.name), scale_in_after=minutes
        ),
        "max_event_age": lambda: S3Trigger(
            builder.stack,
            builder.name,
            bucket=BUCKET,
            pipeline=PIPELINE,
            max_event_age=minutes,
        ),
    }
    for field, build in wrong.items():
        error = refused(build)
        assert fields(error) == [field]
        assert "Duration.seconds(" in str(error)
