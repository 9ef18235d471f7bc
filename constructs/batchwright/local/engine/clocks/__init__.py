"""Time: the machine's, or simulated."""
