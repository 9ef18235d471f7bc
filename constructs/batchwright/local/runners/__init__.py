"""What runs the attempts of Batch jobs on this machine: Docker containers, or plain processes where Docker is not.

`docker` and `process` each have a `runner`; what both share lies here: the pool of attempts (`pool`), the order of a
task's containers (`task`, `ordering`), their output (`lines`, `logs`), roles and secrets, guards.
"""
