"""System calls that are refused, as another kernel or a container would refuse them."""

import ctypes
import struct

from adapters.rendering.workers import seccomp

PR_SET_NO_NEW_PRIVS = 38


def refuse_call(number: int, error: int) -> None:
    """Let a system call fail for this thread, and for all threads and processes that it starts."""
    refusal = seccomp._return_if(seccomp._IF_EQUAL, number, seccomp._FAIL | error)
    filter_calls([seccomp._load(seccomp._NUMBER), *refusal, allow_call()])


def allow_call() -> bytes:
    """Return the end of a filter."""
    return seccomp._instruction(seccomp._RETURN, seccomp._ALLOW)


def filter_calls(instructions: list[bytes]) -> None:
    """Put this thread, and all threads and processes that it starts, behind a filter (seccomp(2))."""
    program = b"".join(instructions)
    libc = ctypes.CDLL(None, use_errno=True)
    nothing = [ctypes.c_ulong(0)] * 3
    assert libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), *nothing) == 0
    code = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HP", len(program) // 8, ctypes.addressof(code))
    assert libc.prctl(seccomp._PR_SET_SECCOMP, ctypes.c_ulong(seccomp._MODE_FILTER), described, *nothing[:2]) == 0
