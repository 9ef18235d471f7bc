"""Environments on EKS: nodes in a cluster that is there, and the namespace that Batch may use in it."""
