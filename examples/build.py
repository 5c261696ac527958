"""Build the Word examples: `python -m examples.build [--output-dir DIR]`.

The same source gives the same files, byte for byte, so that a change in a template is a change in this code.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from docx.document import Document

from examples.builder.features import FEATURES, PIECES
from examples.builder.invoice import invoice
from examples.builder.offer_letter import offer_letter
from examples.builder.package import to_bytes

EXAMPLES: dict[str, Callable[[], Document]] = {
    "offer-letter.docx": offer_letter,
    "invoice.docx": invoice,
    **FEATURES,
    **PIECES,
}


def build(directory: Path) -> None:
    """Write every Word example into a directory that exists."""
    for name, document in EXAMPLES.items():
        (directory / name).parent.mkdir(exist_ok=True)
        (directory / name).write_bytes(to_bytes(document()))


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the Word examples.")
    parser.add_argument("--output-dir", type=Path, default=Path(__file__).parent, help="default: the examples folder")
    build(parser.parse_args().output_dir)


if __name__ == "__main__":
    main()
