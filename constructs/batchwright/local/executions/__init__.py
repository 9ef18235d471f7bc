"""Runs executions of state machines to their end, and gathers what their jobs did and wrote."""
