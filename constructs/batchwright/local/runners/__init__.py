"""What runs the attempts of Batch jobs on this machine: Docker containers, or plain processes where Docker is not."""
