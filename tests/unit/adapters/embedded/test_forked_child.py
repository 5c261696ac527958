"""What a forked child inherits of a lock: nothing. `multiprocessing` forks, and a server must not hang on that."""

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import os, sys
from pathlib import Path
from adapters.embedded.locks import FileLock

path = Path(sys.argv[1])
lock = FileLock(path)
assert lock.try_exclusive()
from_child, to_parent = os.pipe()
child = os.fork()
if child == 0:
    held = lock.held
    lock.release()
    os.write(to_parent, str(held).encode())
    os._exit(0)
os.waitpid(child, 0)
print("child", os.read(from_child, 10).decode())
print("parent", lock.held)
print("free", FileLock(path).try_exclusive())
"""


def test_a_forked_child_holds_no_lock_and_cannot_give_back_its_parents(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(tmp_path / "lock")], capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n") == ["child False", "parent True", "free False", ""]
