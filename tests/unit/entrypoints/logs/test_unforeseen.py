"""Errors that nobody handles."""

import json
import subprocess
import sys

SECRET = "M4RKED-V4LUE"
FAILING = f"""
import threading
from entrypoints.logs.setup import log_to_standard_output
from entrypoints.logs.unforeseen import log_unforeseen
from entrypoints.settings.log import LogSettings

def fail():
    raise ValueError("{SECRET}")

class Failing:
    def __del__(self):
        fail()

log_to_standard_output(LogSettings())
log_unforeseen()
thread = threading.Thread(target=fail, name="sender")
thread.start()
thread.join()
Failing()
fail()
"""


def test_they_are_lines_of_the_log_and_nothing_of_what_they_say() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["level"] for line in lines] == ["error", "error", "critical"]
    assert "the thread sender" in lines[0]["message"]
    for line in lines:
        assert line["error"]["type"] == "ValueError"
        assert "in fail" in line["error"]["stack"]
    assert SECRET not in done.stdout
