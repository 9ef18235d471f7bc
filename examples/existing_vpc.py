"""Batch in a VPC that there is already, whose subnets have no way to the internet."""

from aws_cdk import App, Stack
from aws_cdk import aws_ec2 as ec2

from batchwright import Ec2Environment, Instances, JobQueue, VpcEndpoints

app = App()
stack = Stack(app, "Existing")
vpc = ec2.Vpc.from_vpc_attributes(
    stack,
    "Vpc",
    vpc_id="vpc-01234567",
    vpc_cidr_block="10.20.0.0/16",
    availability_zones=["eu-west-1a", "eu-west-1b"],
    private_subnet_ids=["subnet-01234567", "subnet-89abcdef"],
    private_subnet_route_table_ids=["rtb-01234567", "rtb-89abcdef"],
)
# What the VPC has already would be refused a second time.
endpoints = VpcEndpoints(stack, "Endpoints", vpc=vpc, without=["logs"])
hosts = Ec2Environment(stack, "Hosts", vpc=vpc, instances=Instances.graviton())
hosts.node.add_dependency(endpoints)
JobQueue(stack, "Queue", environments=[hosts])
app.synth()
