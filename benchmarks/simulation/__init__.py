"""Simulated workloads of growing size."""
