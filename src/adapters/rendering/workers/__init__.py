"""Renders in processes of their own: a hostile template or file ends one request there, and reaches nothing else.

The service's process (renderer, pool, link, zygote_process) starts a zygote, which forks the workers and ends them
(zygote). A worker locks itself up (jail, landlock, seccomp) and answers one request at a time (worker, jobs) over its
only open channel (protocol).
"""
