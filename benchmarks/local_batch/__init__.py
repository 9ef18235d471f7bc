"""The local AWS Batch against bare `docker run`."""
