"""Jobs that run on several hosts at the same time."""
