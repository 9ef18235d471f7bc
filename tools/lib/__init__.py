"""What the programs in tools/ are made of: standard library only, so that they run before anything is installed."""
