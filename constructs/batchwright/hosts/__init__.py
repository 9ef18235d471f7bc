"""What EC2 hosts of an environment are launched with."""
