"""Measures one of the Python engines, in its own environment: ENGINE TEMPLATE DATA SECONDS OUTPUT, JSON on stdout.

Each engine is used as its documentation says, from the template's bytes and the JSON text to the document's bytes.
"""

import io
import json
import sys
from pathlib import Path

from benchmarks.timing import measure


def with_docxtpl(template: bytes, data: bytes) -> bytes:
    """Render with python-docx-template, or one of the engines that take its place under its name."""
    from docxtpl import DocxTemplate  # noqa: PLC0415  # the environment has one of the engines only

    document, out = DocxTemplate(io.BytesIO(template)), io.BytesIO()
    document.render(json.loads(data), autoescape=True)
    document.save(out)
    return out.getvalue()


def with_mailmerge(template: bytes, data: bytes) -> bytes:
    """Render with docx-mailmerge2."""
    from mailmerge import MailMerge  # noqa: PLC0415  # as above

    values, out = json.loads(data), io.BytesIO()
    rows = values.pop("items", [])
    with MailMerge(io.BytesIO(template)) as document:
        if rows:
            document.merge_rows(next(iter(rows[0])), rows)
        document.merge(**values)
        document.write(out)
    return out.getvalue()


_ENGINES = {
    "docxtpl": with_docxtpl,
    "rust-docxtpl": with_docxtpl,
    "docxtpl-ng": with_docxtpl,
    "docx-mailmerge2": with_mailmerge,
}


def main(engine: str, template: str, data: str, seconds: str, output: str) -> None:
    """Measure one engine with one template."""
    file, text, render = Path(template).read_bytes(), Path(data).read_bytes(), _ENGINES[engine]
    # Their zips carry the time of day.
    took, document = measure(lambda: render(file, text), float(seconds), same=False)
    Path(output).write_bytes(document)
    print(json.dumps(took))


if __name__ == "__main__":
    main(*sys.argv[1:])
