"""The local AWS with jobs that take no time: what is left is its own."""
