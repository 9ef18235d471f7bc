"""Unmanaged environments: hosts of your own, in an Auto Scaling group that joins them."""
