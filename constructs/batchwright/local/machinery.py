"""What runs behind a `LocalAws`: started in one order, ended in the reverse of it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchwright.local.deployer.deployer import Deployer
from batchwright.local.emulator import startup
from batchwright.local.emulator.clients import Clients
from batchwright.local.emulator.context import EmulatorContext
from batchwright.local.emulator.emulator import Emulator
from batchwright.local.emulator.events.chain import ChainGuard
from batchwright.local.emulator.job_brake import JobBrake
from batchwright.local.runners.process.programs import ProgramRegistry
from batchwright.local.state import Keeper
from batchwright.local.workplace import Site, Workplace

if TYPE_CHECKING:
    import os

    import docker

    from batchwright.local.emulator.http.gateway import Gateway
    from batchwright.local.engine import Runner


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a server is started with, checked before.

    Attributes:
        port: Port to listen on; 0 takes a free one.
        account: Account number.
        region: Home region.
        docker: The engine that jobs run in; None for processes, or a runner of the caller's.
        batch_runner: A runner of the caller's.
        max_jobs_per_minute: Where the brake of jobs acts.
        max_containers: How many run at once; None for as many as the queues let.
        state_dir: Folder of the state; None keeps nothing.
    """

    port: int
    account: str
    region: str
    docker: docker.DockerClient | None
    batch_runner: Runner | None
    max_jobs_per_minute: int
    max_containers: int | None
    state_dir: str | os.PathLike[str] | None


class Machinery:
    """Everything that a server consists of, running from construction to `close`.

    Args:
        settings: What it is started with.

    Attributes:
        endpoint: Where it answers, for this machine.
        container_endpoint: The same, for containers.
        clients: boto3 clients that speak to it.
        chain: What stops events that start themselves again.
        programs: Which folder stands for which image when jobs run as processes.
        workplace: The Batch engines and their runners.
        gateway: The HTTP server.
        emulator: All services but Batch.
        deployer: What deploys synthesized apps.

    Raises:
        LocalAwsError: The port is taken, or the state cannot be used.
    """

    clients: Clients
    workplace: Workplace
    gateway: Gateway
    emulator: Emulator
    deployer: Deployer
    endpoint: str
    container_endpoint: str

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.programs = ProgramRegistry()
        self.chain = ChainGuard()
        self._keeper: Keeper | None = None
        try:
            if settings.state_dir is not None:
                self._keeper = Keeper(settings.state_dir, account=settings.account, region=settings.region)
            self._listen()
        except BaseException:
            self.close()
            raise

    def save(self) -> None:
        """Bring the state's folder up to date, if there is one."""
        if self._keeper is not None:
            self._keeper.save_now()

    def close(self) -> None:
        """End everything, also when only a part of it was started."""
        with ExitStack() as steps:
            # Each is done even when the one before fails or is interrupted; the last one first.
            if self._keeper is not None:
                steps.callback(self._keeper.close)
            self._close_parts(steps)
            if self._keeper is not None:
                self._keeper.leave()

    def _listen(self) -> None:
        before = 0 if self._keeper is None else self._keeper.port
        gateway, host = startup.listen(self._settings.docker, port=self._settings.port, before=before)
        try:
            self._open(gateway, host)
        except BaseException:
            gateway.close()
            raise

    def _open(self, gateway: Gateway, host: str) -> None:
        settings = self._settings
        self.endpoint = f"http://{startup.LOOPBACK}:{gateway.port}"
        self.container_endpoint = f"http://{host}:{gateway.port}"
        self.clients = Clients(endpoint=self.endpoint, region=settings.region)
        self.workplace = self._make_workplace()
        if self._keeper is not None:
            self._keeper.settle(self.workplace, port=gateway.port, hosts=(startup.LOOPBACK, "localhost", host))
        context = EmulatorContext(
            account=settings.account,
            region=settings.region,
            client=self.clients.client,
            engine=self.workplace.engine,
            chain=self.chain,
            brake=JobBrake(settings.max_jobs_per_minute),
        )
        # Its runner removes at once what a server left that was killed.
        self.workplace.engine(settings.region)
        self.gateway = gateway
        self.emulator = Emulator(gateway=gateway, context=context, keeper=self._keeper)
        self.deployer = Deployer(
            client=self.clients.client,
            account=settings.account,
            region=settings.region,
            images=self.workplace.images,
        )
        if self._keeper is not None:
            self._keeper.go_on()

    def _make_workplace(self) -> Workplace:
        settings = self._settings
        return Workplace(
            site=Site(
                account=settings.account,
                client=self.clients.client,
                endpoint=self.endpoint,
                container_endpoint=self.container_endpoint,
                emit=lambda region, event: self.emulator.pump.publish(region, event),
            ),
            docker_client=settings.docker,
            runner=settings.batch_runner,
            programs=self.programs,
            max_at_once=settings.max_containers,
            journal=None if self._keeper is None else self._keeper.journals.make,
        )

    def _close_parts(self, steps: ExitStack) -> None:
        emulator: Emulator | None = getattr(self, "emulator", None)
        workplace: Workplace | None = getattr(self, "workplace", None)
        if self._settings.docker is not None:
            steps.callback(self._settings.docker.close)
        if hasattr(self, "clients"):
            steps.callback(self.clients.close)
        if emulator is not None:
            steps.callback(emulator.close)
        if workplace is not None:
            steps.callback(workplace.close_runners)
        if emulator is not None:
            # After the engines: executions that wait for jobs end with them.
            steps.callback(emulator.stop_executions)
        if workplace is not None:
            steps.callback(workplace.close_engines)
        if emulator is not None:
            steps.callback(emulator.abort_executions)
