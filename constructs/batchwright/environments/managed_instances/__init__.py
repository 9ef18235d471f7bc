"""Environments on ECS Managed Instances: AWS looks after the hosts."""
