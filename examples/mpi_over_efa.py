"""An MPI program over four hosts that stand close together and talk over Elastic Fabric Adapters."""

from aws_cdk import App, Stack

from batchwright import (
    Ec2Environment,
    Efa,
    Egress,
    ImageRepository,
    Instances,
    JobImage,
    JobQueue,
    JobSize,
    MultiNodeJob,
    Network,
    NodeGroup,
    TaskContainer,
)

app = App()
stack = Stack(app, "Flow")
instance_type = "hpc7a.96xlarge"
# One zone, a cluster placement group and a security group that is open to itself come with these instances. The
# adapters' driver comes from the internet, where the image lacks it.
vpc = Network(stack, "Network", egress=Egress.NAT).vpc
hosts = Ec2Environment(stack, "Hosts", vpc=vpc, instances=Instances.hpc(instance_type), max_vcpus=4 * 192)
size = JobSize.fit(instance_type)
solver = TaskContainer(
    image=JobImage.from_repository(ImageRepository(stack, "Images"), tag="1.0"),
    vcpus=size.vcpus,
    memory=size.memory,
    command=["mpi-run.sh", "solve", "Ref::case"],
)
MultiNodeJob(
    stack,
    "Solve",
    queue=JobQueue(stack, "Queue", environments=[hosts]),
    instance_type=instance_type,
    groups=[NodeGroup(nodes=4, runs=solver)],
    efa=Efa(devices=hosts.capacity.efa_interfaces),
    required_parameters=["case"],
)
app.synth()
