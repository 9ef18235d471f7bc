"""Job queues: their lines, shares and scheduler, and what blocks them."""
