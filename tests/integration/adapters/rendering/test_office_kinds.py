"""A document of each kind opens in LibreOffice, which prints every one of them whole."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from adapters.rendering.engine import compile_template, render_template
from domain.formats import OutputFormat, TemplateFormat
from tests.builders import render_options
from tests.unit.examples.test_features import FOLDER, WORDS, document_of

SOFFICE = shutil.which("soffice")
PDFTOTEXT = shutil.which("pdftotext")
MINUTES = "meeting-minutes.md"


def minutes(output: OutputFormat) -> bytes:
    """Render the Markdown example."""
    compiled = compile_template(TemplateFormat.MARKDOWN, (FOLDER / MINUTES).read_bytes())
    data = (FOLDER / MINUTES).with_suffix(".json").read_bytes()
    return render_template(compiled, data, render_options(output=output)).content


def test_documents_of_every_kind_open(tmp_path: Path) -> None:
    if SOFFICE is None or PDFTOTEXT is None:
        pytest.skip("soffice or pdftotext is not installed, so no office program can open the documents")
    title = json.loads((FOLDER / MINUTES).with_suffix(".json").read_text(encoding="utf-8"))["meeting"]["title"]
    expected = {f"{name}.docx": (document_of(name), words) for name, words in WORDS.items()}
    expected["minutes.docx"] = (minutes(OutputFormat.DOCX), title)
    expected["page.html"] = (minutes(OutputFormat.HTML), title)
    for name, (content, _) in expected.items():
        (tmp_path / name).write_bytes(content)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    files = [str(tmp_path / name) for name in expected]
    subprocess.run([SOFFICE, profile, *convert, *files], check=True, capture_output=True, timeout=110)
    for name, (_, words) in expected.items():
        printed = tmp_path / f"{name.partition('.')[0]}.pdf"
        text = subprocess.run(
            [PDFTOTEXT, "-layout", str(printed), "-"], check=True, capture_output=True, timeout=20
        ).stdout.decode()
        # The spaces of a page are guesses, and lines break where there is no more room.
        assert re.sub(r"[\s-]", "", words) in re.sub(r"[\s-]", "", text), name
