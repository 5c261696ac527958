"""A filter of system calls: what a worker needs passes, what only an attack needs ends the process, all else fails.

See Documentation/userspace-api/seccomp_filter.rst of Linux; the numbers of the calls are those of
arch/x86/entry/syscalls/syscall_64.tbl and of include/uapi/asm-generic/unistd.h.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_PR_GET_SECCOMP: Final = 21
_PR_SET_SECCOMP: Final = 22
_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_FAIL: Final = 0x00050000

# Instructions of the classic Berkeley packet filter (linux/filter.h): load a word; compare; return.
_LOAD: Final = 0x20
_IF_EQUAL: Final = 0x15
_IF_AT_LEAST: Final = 0x35
_IF_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
# Where struct seccomp_data keeps the number, the architecture and the arguments.
_NUMBER: Final = 0
_ARCHITECTURE: Final = 4
_ARGUMENTS: Final = 16
_ARGUMENT_SIZE: Final = 8


class _Machine(NamedTuple):
    """Which of a call's two numbers counts, and how the kernel names the architecture (linux/audit.h)."""

    column: int
    audit: int


_MACHINES: Final = {"x86_64": _Machine(0, 0xC000003E), "aarch64": _Machine(1, 0xC00000B7)}
# From here on the numbers of x86_64 are those of the x32 interface.
_X32: Final = 0x40000000

_Numbers = dict[str, tuple[int | None, int | None]]

# The most frequent first.
_ALLOWED: Final[_Numbers] = {
    "read": (0, 63),
    "write": (1, 64),
    "futex": (202, 98),
    "munmap": (11, 215),
    "brk": (12, 214),
    "madvise": (28, 233),
    "mremap": (25, 216),
    "clock_gettime": (228, 113),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "lseek": (8, 62),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "stat": (4, None),
    "lstat": (6, None),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "getcwd": (79, 17),
    "poll": (7, None),
    "ppoll": (271, 73),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "times": (100, 153),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "clock_getres": (229, 114),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "getcpu": (309, 168),
    "membarrier": (324, 283),
    "rseq": (334, 293),
    "set_robust_list": (273, 99),
    "restart_syscall": (219, 128),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
# No template, however it is written, leads the engine to one of these.
_FATAL: Final[_Numbers] = {
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "clone": (56, 220),
    "clone3": (435, 435),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "recvmmsg": (299, 243),
    "kill": (62, 129),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_by_handle_at": (304, 265),
}


# Files can be mapped to be executed, since a worker may load an extension module of Python's late, and can read no
# others; memory that was or can be written cannot.
_MMAP: Final = (9, 222)
_WRITABLE: Final = 2  # PROT_WRITE
_EXECUTABLE: Final = 4  # PROT_EXEC
_ANONYMOUS: Final = 0x20  # MAP_ANONYMOUS


class _Check(NamedTuple):
    """A call that passes while none of these bits is set in its argument with this index."""

    numbers: tuple[int | None, int | None]
    argument: int
    bits: int
    error: int


_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHECKED: Final = (
    _Check((257, 56), 2, _WRITING, errno.EACCES),  # openat
    _Check((2, None), 1, _WRITING, errno.EACCES),  # open
    _Check((10, 226), 2, _EXECUTABLE, errno.EPERM),  # mprotect
    # F_GETFD, F_SETFD and F_GETFL are 1 to 3; nothing else is asked of a descriptor.
    _Check((72, 25), 1, ~0b11 & 0xFFFFFFFF, errno.EPERM),  # fcntl
)


def is_available() -> bool:
    """Tell whether this kernel has the filter, and the filter is written for this machine."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    # Asking for the mode of this process fails where there is no seccomp at all (prctl(2)).
    return bool(ctypes.CDLL(None, use_errno=True).prctl(_PR_GET_SECCOMP, *[ctypes.c_ulong(0)] * 4) >= 0)


def restrict_calls() -> bool:
    """Put the filter in place, for ever; False where this machine is none that it is written for, or has no seccomp.

    It needs PR_SET_NO_NEW_PRIVS.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    program = b"".join(_program(machine))
    instructions = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HP", len(program) // 8, ctypes.addressof(instructions))
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), described, ctypes.c_ulong(0), ctypes.c_ulong(0))
    return bool(result == 0)


def _program(machine: _Machine) -> Iterator[bytes]:
    yield _load(_ARCHITECTURE)
    yield from _return_unless(_IF_EQUAL, machine.audit, _KILL)
    yield _load(_NUMBER)
    yield from _return_if(_IF_AT_LEAST, _X32, _KILL)
    for number in _of(machine, _ALLOWED.values()):
        yield from _return_if(_IF_EQUAL, number, _ALLOW)
    for check in _CHECKED:
        refusal = _return_if(_IF_ANY_BIT, check.bits, _FAIL | check.error)
        for number in _of(machine, [check.numbers]):
            yield from _if_called(number, [_argument(check.argument), *refusal])
    for number in _of(machine, [_MMAP]):
        yield from _if_called(number, _mapping())
    for number in _of(machine, _FATAL.values()):
        yield from _return_if(_IF_EQUAL, number, _KILL)
    yield _instruction(_RETURN, _FAIL | errno.EPERM)


def _if_called(number: int, checks: list[bytes]) -> list[bytes]:
    body = [*checks, _instruction(_RETURN, _ALLOW)]
    return [_instruction(_IF_EQUAL, number, if_not=len(body)), *body]


def _mapping() -> list[bytes]:
    return [
        _argument(2),
        *_return_unless(_IF_ANY_BIT, _EXECUTABLE, _ALLOW),
        *_return_if(_IF_ANY_BIT, _WRITABLE, _FAIL | errno.EPERM),
        _argument(3),
        *_return_if(_IF_ANY_BIT, _ANONYMOUS, _FAIL | errno.EPERM),
    ]


def _argument(index: int) -> bytes:
    return _load(_ARGUMENTS + _ARGUMENT_SIZE * index)


def _of(machine: _Machine, numbers: Iterable[tuple[int | None, int | None]]) -> Iterator[int]:
    return (number for each in numbers if (number := each[machine.column]) is not None)


def _return_if(test: int, value: int, action: int) -> list[bytes]:
    return [_instruction(test, value, if_not=1), _instruction(_RETURN, action)]


def _return_unless(test: int, value: int, action: int) -> list[bytes]:
    return [_instruction(test, value, if_so=1), _instruction(_RETURN, action)]


def _load(offset: int) -> bytes:
    return _instruction(_LOAD, offset)


def _instruction(code: int, value: int, *, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
