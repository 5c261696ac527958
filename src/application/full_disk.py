"""Which errors of the operating system say that there is no room."""

import errno
from typing import Final

# On the disk, in the quota, or below the limit for the size of a file.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_full_disk(error: OSError) -> bool:
    """Tell whether something could not be written for want of room."""
    return error.errno in _FULL
