"""Job queues: the order in which environments take jobs, and who gets how much."""
