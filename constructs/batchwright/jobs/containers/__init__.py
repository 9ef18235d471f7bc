"""What one container of a job on ECS is made of, whatever the job's shape."""
