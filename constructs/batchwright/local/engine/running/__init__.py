"""The lives of jobs: when they move, when they are placed, their attempts, and what goes on after a restart."""
