"""`make bench`: how Batchwright compares with the same work done without it."""
