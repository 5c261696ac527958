"""What a program that has broken into a worker might try, each in a locked-up process of its own.

``python attempts.py FOLDER [landlock|seccomp]`` prints a JSON object: by the name of each attempt, what came of it.
FOLDER is one that the attempts may try to write to; the other word names what the kernel is to lack.
"""

import ctypes
import fcntl
import importlib
import json
import mmap
import os
import resource
import signal
import socket
import sys
import termios
import threading
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jinja2

from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.workers.jail import lock_up, readable_paths
from adapters.rendering.workers.settings import JailLimits
from adapters.rendering.workers.warm_up import warm_up
from tests.integration.adapters.rendering.workers.old_kernel import answer_like_a_kernel_without

FOLDER = Path(sys.argv[1])
LACKING = sys.argv[2:]
EXISTING = FOLDER / "existing"
LIBC = ctypes.CDLL(None, use_errno=True)
PARENT = os.getpid()
MEGABYTE = 1_000_000
PTRACE_ATTACH = 16
ALL_RIGHTS = mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC
# One of the standard library's that nothing here uses.
LATE_MODULE = "_lsprof"


def call(name: str, *arguments: Any) -> None:
    """Call a function of the C library, which has to say how it fails."""
    if getattr(LIBC, name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def open_as(path: Path | str, flags: int) -> Callable[[], object]:
    return lambda: os.open(path, flags, 0o600)


def in_a_thread() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()


def map_a_module(protection: int) -> None:
    with Path(jinja2.__file__).open("rb") as file:
        mmap.mmap(file.fileno(), 4096, flags=mmap.MAP_PRIVATE, prot=protection)


def make_executable() -> None:
    memory = mmap.mmap(-1, 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    call("mprotect", ctypes.c_void_p(address), 4096, mmap.PROT_READ | mmap.PROT_EXEC)


def raise_a_limit() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


# Harmless where they succeed.
ON_FILES_AND_MEMORY: dict[str, Callable[[], object]] = {
    "read the engine's modules": lambda: Path(jinja2.__file__).read_bytes(),
    "read the standard library": lambda: Path(json.__file__).read_bytes(),
    "list a package": lambda: list(Path(jinja2.__file__).parent.iterdir()),
    "load an extension module": lambda: importlib.import_module(LATE_MODULE),
    "load a time zone": lambda: zoneinfo.ZoneInfo.no_cache("Asia/Tokyo"),
    "use 50 MB": lambda: bytearray(50 * MEGABYTE),
    "write to its channel": lambda: os.write(1, b""),
    "create a file": open_as(FOLDER / "new", os.O_WRONLY | os.O_CREAT),
    "create a temporary file": open_as(FOLDER, os.O_RDWR | os.O_TMPFILE),
    "write to a file": open_as(EXISTING, os.O_WRONLY),
    "append to a file": open_as(EXISTING, os.O_WRONLY | os.O_APPEND),
    "empty a file while opening it": open_as(EXISTING, os.O_RDONLY | os.O_TRUNC),
    "write to a module": open_as(jinja2.__file__, os.O_RDWR),
    "truncate a file": lambda: os.truncate(EXISTING, 0),
    "delete a file": EXISTING.unlink,
    "rename a file": lambda: EXISTING.rename(FOLDER / "other"),
    "link a file": lambda: os.link(EXISTING, FOLDER / "other"),
    "make a folder": (FOLDER / "folder").mkdir,
    "read a file of the user": open_as(EXISTING, os.O_RDONLY),
    "read /etc/passwd": open_as("/etc/passwd", os.O_RDONLY),
    "list the root folder": lambda: list(Path("/").iterdir()),
    "read its environment": open_as("/proc/self/environ", os.O_RDONLY),
    "read its memory map": open_as("/proc/self/maps", os.O_RDONLY),
    "read its parent's environment": open_as(f"/proc/{PARENT}/environ", os.O_RDONLY),
    "read its parent's memory": open_as(f"/proc/{PARENT}/mem", os.O_RDONLY),
    "read the environment of process 1": open_as("/proc/1/environ", os.O_RDONLY),
    "list the processes": lambda: list(Path("/proc").iterdir()),
    "open a device": open_as("/dev/null", os.O_RDWR),
    "use 700 MB": lambda: bytearray(700 * MEGABYTE),
    "use 700 MB bit by bit": lambda: [bytearray(MEGABYTE) for _ in range(700)],
}
ON_EVERYTHING_ELSE: dict[str, Callable[[], object]] = {
    "raise a limit": raise_a_limit,
    "map executable memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
    "map writable executable memory": lambda: mmap.mmap(-1, 4096, prot=ALL_RIGHTS),
    "map a file to write and execute": lambda: map_a_module(ALL_RIGHTS),
    "make memory executable": make_executable,
    "change a file's mode": lambda: EXISTING.chmod(0o777),
    "change its own settings": lambda: call("prctl", 4, 1, 0, 0, 0),
    "change its folder": lambda: os.chdir("/"),
    "change its user": lambda: os.setuid(65534),
    "change a file's times": lambda: os.utime(EXISTING),
    "link a file by name": lambda: (FOLDER / "named").symlink_to(EXISTING),
    "make a file in memory": lambda: os.memfd_create("file"),
    "make a pipe": os.pipe,
    "copy a descriptor": lambda: os.dup(1),
    "ask for signals about a descriptor": lambda: fcntl.fcntl(1, fcntl.F_SETOWN, PARENT),
    "type on its terminal": lambda: fcntl.ioctl(0, termios.TIOCSTI, b"x"),
    "share memory": lambda: call("shmget", 0, 4096, 0o1600),
    "send messages": lambda: call("msgget", 0, 0o1600),
    "watch files": lambda: call("inotify_init"),
    "wait for many descriptors": lambda: call("epoll_create1", 0),
    "keep memory from being swapped": lambda: call("mlockall", 1),
    "choose its processors": lambda: os.sched_setaffinity(0, {0}),
    "go before others": lambda: os.setpriority(os.PRIO_PROCESS, 0, 1),
    "set an alarm": lambda: signal.setitimer(signal.ITIMER_REAL, 60),
    "wait for its children": lambda: os.waitpid(-1, os.WNOHANG),
    "leave its session": os.setsid,
    "look at a file's attributes": lambda: os.getxattr(EXISTING, "user.x"),
    "change how it runs programs": lambda: call("personality", 0x0040000),
    "send a file": lambda: os.sendfile(1, OPENED, 0, 1),
    "copy between files": lambda: os.copy_file_range(OPENED, OPENED, 1),
    "change a file that is open": lambda: os.ftruncate(OPENED, 0),
    "read the system's log": lambda: call("klogctl", 3, ctypes.create_string_buffer(10), 10),
    "open a TCP socket": socket.socket,
    "open a UDP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "open a Unix socket": lambda: socket.socket(socket.AF_UNIX),
    "open a pair of sockets": socket.socketpair,
    "start a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "become a program": lambda: os.execv("/bin/true", ["true"]),
    "fork": os.fork,
    "start a thread": in_a_thread,
    "kill its parent": lambda: os.kill(PARENT, signal.SIGTERM),
    "ask whether its parent lives": lambda: os.kill(PARENT, 0),
    "take hold of its parent": lambda: os.pidfd_open(PARENT),
    "send on its channel as a socket": lambda: call("send", 1, b"x", 1, 0),
    "debug its parent": lambda: call("ptrace", PTRACE_ATTACH, PARENT, None, None),
    "read its parent's memory by a call": lambda: call("process_vm_readv", PARENT, None, 0, None, 0, 0),
    "mount": lambda: call("mount", None, None, None, 0, None),
    "change the root folder": lambda: os.chroot("/tmp"),
    "leave its namespaces": lambda: call("unshare", 0x10000000),
}


def outcome_of(attempt: Callable[[], object]) -> str:
    """Try it in a process that is locked up like a worker, and say what came of it."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            lacking = lock_up(JailLimits(memory_bytes=512 * MEGABYTE, cpu_seconds=30), READABLE)
            said = try_it(attempt) if [each.lower() for each in lacking] == LACKING else f"lacking {lacking}"
            os.write(writer, said.encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    _, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return said or (f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}")


def try_it(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except MemoryError:
        return "refused"
    except (OSError, ValueError) as error:
        code = getattr(error, "errno", None)
        return "refused" if code in (None, 1, 13) else f"failed: {error}"
    return "done"


if __name__ == "__main__":
    EXISTING.write_text("here", encoding="utf-8")
    warm_up(DEFAULT_LIMITS)
    READABLE = readable_paths()
    OPENED = os.open(EXISTING, os.O_RDWR)
    for what in LACKING:
        answer_like_a_kernel_without(what)
    attempts = ON_FILES_AND_MEMORY if "seccomp" in LACKING else ON_FILES_AND_MEMORY | ON_EVERYTHING_ELSE
    print(json.dumps({name: outcome_of(attempt) for name, attempt in attempts.items()}))
    assert EXISTING.read_text(encoding="utf-8") == "here"
