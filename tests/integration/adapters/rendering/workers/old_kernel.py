"""Renders in workers on a kernel that lacks something: ``python old_kernel.py landlock|seccomp``.

A filter of system calls, inherited by all that is started here, answers as such a kernel would. Prints what the log
says, the document, and how a worker is locked up nevertheless.
"""

import asyncio
import errno
import logging
import sys

import psutil

from adapters.rendering.workers import seccomp
from adapters.rendering.workers.landlock import version
from tests.contracts.template_renderer import options
from tests.integration.adapters.rendering.workers.processes import INNOCENT, of, renderer_of
from tests.integration.support.refused_calls import allow_call, filter_calls, refuse_call
from tests.waiting import until

CREATE_RULESET = 444
PRCTL = {"x86_64": 157, "aarch64": 167}


def answer_like_a_kernel_without(what: str) -> None:
    """Let this process, and all that it starts, find neither Landlock or seccomp, whichever is named."""
    if what == "landlock":
        refuse_call(CREATE_RULESET, errno.ENOSYS)
        return
    load, argument = seccomp._load(seccomp._NUMBER), seccomp._argument(0)
    refuse_mode = seccomp._return_if(seccomp._IF_EQUAL, seccomp._PR_SET_SECCOMP, seccomp._FAIL | errno.EINVAL)
    number = PRCTL[seccomp.platform.machine()]
    unless_asked = seccomp._instruction(seccomp._IF_EQUAL, number, if_not=3)
    filter_calls([load, unless_asked, argument, *refuse_mode, allow_call()])


async def render() -> None:
    async with renderer_of(requests_of_a_life=2) as renderer:
        for _ in range(10):  # each worker is replaced, and the log says what is lacking once
            document = await renderer.render(of(INNOCENT, "a document"), b"{}", options())
        print(document.content.decode())
        await until(lambda: renderer.crew.ready == 2)
        for pid in renderer.crew.worker_pids:
            print("memory limit", psutil.Process(pid).rlimit(psutil.RLIMIT_DATA)[0])


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, format="%(message)s", level=logging.WARNING)
    answer_like_a_kernel_without(sys.argv[1])
    print("landlock", version())
    asyncio.run(render())
