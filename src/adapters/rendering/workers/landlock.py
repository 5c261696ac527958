"""Landlock: this process may read below some folders, and do nothing else with files, for ever.

See Documentation/userspace-api/landlock.rst and include/uapi/linux/landlock.h of Linux.
"""

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from typing import Final

_CREATE_RULESET: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_ASK_VERSION: Final = 1
_RULE_PATH_BENEATH: Final = 1
_READ_FILE: Final = 1 << 2
_READ_DIR: Final = 1 << 3
# How many kinds of access to files each version of Landlock knows, from the first on.
_FILE_RIGHTS: Final = (13, 14, 15, 15, 16)
_WITH_NETWORK: Final = 4
_TCP: Final = 0b11  # bind, connect
_WITH_SCOPES: Final = 6
_SCOPES: Final = 0b11  # abstract unix sockets, signals


def version() -> int:
    """Return the version of Landlock in this kernel, 0 where there is none."""
    if sys.platform != "linux":
        return 0
    return max(0, _syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_ASK_VERSION)))


def allow_reading_only(paths: Iterable[str]) -> bool:
    """Take every right to files, TCP and signals outside from this process but reading below `paths`.

    Returns False where the kernel has no Landlock; then nothing has changed. It needs PR_SET_NO_NEW_PRIVS.

    Raises:
        OSError: the kernel refuses for another reason.
    """
    known = version()
    if known < 1:
        return False
    rights = (1 << _FILE_RIGHTS[min(known, len(_FILE_RIGHTS)) - 1]) - 1
    fields = (rights, _TCP, _SCOPES)[: 1 + (known >= _WITH_NETWORK) + (known >= _WITH_SCOPES)]
    attributes = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = _checked(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    try:
        for path in paths:
            _allow_reading(ruleset, path)
        _checked(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)
    return True


def _allow_reading(ruleset: int, path: str) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # it does not exist, or its folder is closed to this user: then there is nothing to allow
        return
    try:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        rule = struct.pack("=Qi", _READ_FILE | _READ_DIR if is_folder else _READ_FILE, descriptor)
        _checked(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(_RULE_PATH_BENEATH), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)


def _syscall(number: int, *arguments: object) -> int:
    return int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *arguments))


def _checked(number: int, *arguments: object) -> int:
    result = _syscall(number, *arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"Landlock: {os.strerror(code)}")
    return result
