"""Each kind of repaired document opens in an office program: one call for all of them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.word_files import render_word
from tests.word_kinds import DATA, KINDS
from tests.word_rules import assert_follows_word_rules

SOFFICE, PDFTOTEXT = shutil.which("soffice"), shutil.which("pdftotext")


def test_every_kind_of_repaired_document_opens(tmp_path: Path) -> None:
    if SOFFICE is None or PDFTOTEXT is None:
        missing = "soffice" if SOFFICE is None else "pdftotext"
        pytest.skip(f"{missing} is not installed, so no office program can open the documents")
    for kind, (template, _) in KINDS.items():
        document = render_word(template, DATA)
        assert_follows_word_rules(document)
        (tmp_path / f"{kind}.docx").write_bytes(document)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    files = [str(tmp_path / f"{kind}.docx") for kind in KINDS]
    convert = [SOFFICE, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *files]
    subprocess.run(convert, check=True, capture_output=True, timeout=110)
    for kind, (_, shown) in KINDS.items():
        pages = subprocess.run(
            [PDFTOTEXT, "-layout", str(tmp_path / f"{kind}.pdf"), "-"], check=True, capture_output=True, timeout=20
        )
        text = "".join(pages.stdout.decode().split())
        assert [words for words in shown if "".join(words.split()) not in text] == [], (kind, text)
