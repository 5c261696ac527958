"""Ten minutes of faults: python -m tests.chaos [--minutes 10] [--seed N]

Exit codes: 0 every row has one document or one clear failure, 1 one has not, 2 wrong usage.
"""

import argparse
import random
import sys
import tempfile
import threading
from pathlib import Path

from tests.chaos.faults import torment
from tests.chaos.installation import installed
from tests.chaos.load import Load, Verdict, verdict_of
from tests.integration.support.servers import remove_data_dir


def run(folder: Path, seed: int, seconds: float) -> tuple[Verdict, list[str]]:
    """Send batches for so long while faults happen; return what became of them, and what happened."""
    randomness = random.Random(seed)  # faults are to be the same again
    with installed(folder) as installation:
        load = Load(installation, random.Random(seed + 1))  # as above
        load.prepare()
        sender = threading.Thread(target=load.run)
        sender.start()
        try:
            happened = torment(installation, randomness, seconds)
        finally:
            load.stop.set()
            sender.join()
        verdict = verdict_of(load)
    told = [f"{what}: {count:,}" for what, count in (happened + load.tries + verdict.counts).items()]
    return verdict, told


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="tests.chaos", description="Put batches through random faults.")
    parser.add_argument("--minutes", type=float, default=10.0, help="for how long faults happen (default 10)")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    chosen = parser.parse_args()
    print(f"seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="docgen-chaos-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            verdict, told = run(folder, chosen.seed, 60 * chosen.minutes)
        finally:
            remove_data_dir(folder / "database")
    print("\n".join(told))
    print("\n".join(verdict.wrong) or "Every row that was accepted has one document or one clear failure.")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
