"""What the cloud adds: hosts that boot, Spot that is taken back, requests that are throttled."""
