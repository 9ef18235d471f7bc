"""Lambda functions: in worker processes, and in containers of their images.

`workers` gives a process what Lambda gives it, `init_traces` has it tell why it could not load, and `answers` puts what
it answers into Lambda's words. Every call that nobody waits for goes through `asynchronous`: retries, destinations,
dead letters; `callers` are the services that make such calls. Functions of images are in `images`.
"""

from __future__ import annotations
