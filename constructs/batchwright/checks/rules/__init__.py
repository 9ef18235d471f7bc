"""The rules, one a file, named after their id and what they hold: `bw301_fargate_size.py`."""
