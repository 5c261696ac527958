"""What comes out opens: an office program reads our documents and prints them."""

import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import docx
import pytest

from adapters.rendering.engine import render_template
from domain.formats import OutputFormat
from tests.builders import render_options
from tests.image_files import image_file
from tests.word_files import compile_word, lines_of, p, r, render_word, tbl, tc, tr, word_file

EXAMPLES = Path(__file__).parents[4] / "examples"
SOFFICE = shutil.which("soffice")
PDFTOTEXT = shutil.which("pdftotext")

EVERYTHING = word_file(
    "{% for g in groups %}",
    p("Group ", r("{{ g.name }}", "<w:b/>"), " of {{ groups | length }}"),
    tbl(
        tr("Name", "Quantity"),
        tr("{%tr for i in g.items %}", ""),
        tr(tc("{% cellbg i.color %}{{ i.name }}"), tc("{{ i.count }}")),
        tr("{%tr endfor %}", ""),
    ),
    p("A {% if g.items %}B", properties='<w:jc w:val="center"/>'),
    "C{% endif %} D",
    "{% endfor %}",
    "{{ note }}",
    "{{r rich }}",
    parts={"word/media/unused.bin": bytes(100)},
)
DATA = {
    "groups": [
        {"name": "One & <two>", "items": [{"name": "a", "count": 1, "color": "FFDD00"}]},
        {"name": "Empty", "items": []},
    ],
    "note": "first line\nsecond line\tafter a tab\aanother paragraph\fanother page",
    "rich": {"$richtext": ["plain ", {"text": "bold", "bold": True, "color": "C00000"}]},
}


def printed(document: bytes, folder: Path) -> str:
    """Let LibreOffice print a document, and return the text of its pages."""
    if SOFFICE is None or PDFTOTEXT is None:
        missing = "soffice" if SOFFICE is None else "pdftotext"
        pytest.skip(f"{missing} is not installed, so no office program can open the documents")
    (folder / "document.docx").write_bytes(document)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = ["--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "document.docx")]
    subprocess.run([SOFFICE, profile, *convert], check=True, capture_output=True, timeout=100)
    page_text = subprocess.run(
        [PDFTOTEXT, "-layout", str(folder / "document.pdf"), "-"], check=True, capture_output=True, timeout=20
    )
    return page_text.stdout.decode()


def lost_words(document: bytes, text: str) -> list[str]:
    """List the words of a document that are not on its pages; the spaces there are guesses."""
    on_pages = "".join(text.split())
    return [word for word in re.findall(r"\w+", " ".join(lines_of(document))) if word not in on_pages]


@pytest.mark.parametrize("name", ["offer-letter", "invoice"])
def test_the_examples_open(name: str, tmp_path: Path) -> None:
    data = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    document = render_word((EXAMPLES / f"{name}.docx").read_bytes(), data)
    text = printed(document, tmp_path)
    assert "{{" not in text
    assert "{%" not in text
    assert lost_words(document, text) == []


def test_a_document_with_everything_opens(tmp_path: Path) -> None:
    document = render_word(EVERYTHING, DATA)
    text = printed(document, tmp_path)
    assert text.count("\f") == 2, "two pages"
    assert lost_words(document, text) == []
    assert "One & <two>" in text


def test_markdown_and_html_open(tmp_path: Path) -> None:
    markdown = (
        "# Heading\n\n1. first\n   - inner\n2. second\n\n> quoted\n\n```\ncode\n```\n\n"
        "| a | b |\n|---|---|\n| cell | *x* |\n\n---"
    )
    template = word_file("{{ text }}", tbl(tr(tc("{{ page | html }}"), "beside")), "end")
    page = "<h2>Page</h2><ul><li>one<li>two</ul><table><tr><td colspan=2>wide<tr><td>l<td>r</table>"
    document = render_word(template, {"text": {"$markdown": markdown}, "page": page})
    text = printed(document, tmp_path)
    assert lost_words(document, text) == []
    assert [number for number in ("1.", "2.", "3.") if number in text] == ["1.", "2."]


def test_documents_within_documents_are_on_the_pages(tmp_path: Path) -> None:
    clause = docx.Document()
    clause.add_heading("Clause {{ n }}", 2)
    for text in ("eins", "zwei"):
        clause.add_paragraph(text, style="List Number")
    clause.add_picture(io.BytesIO(image_file()))
    clause.sections[0].header.paragraphs[0].text = "Kopfzeile {{ n }}"
    noted = word_file(
        '<w:p><w:r><w:t>mit Note</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>',
        parts={"word/footnotes.xml": '<w:footnote w:id="1"><w:p><w:r><w:t>Fussnote</w:t></w:r></w:p></w:footnote>'},
    )
    written = io.BytesIO()
    clause.save(written)
    host = word_file("Anfang", "{{ a }}", tbl(tr("{{ a }}", "Zelle")), "{{ b }}", "{{ c }}", "Ende")
    value = {"template": "c", "data": {"n": 7}}
    data = {
        "a": {"$document": value},
        "b": {"$document": {**value, "sections": True}},
        "c": {"$document": "asset:n.docx"},
    }
    document = render_template(
        compile_word(host), json.dumps(data).encode(), render_options(output=OutputFormat.DOCX),
        {"template:c": written.getvalue(), "n.docx": noted},
    ).content  # fmt: skip
    text = printed(document, tmp_path)
    assert lost_words(document, text) == []
    assert [text.count(word) for word in ("Clause 7", "1. eins", "2. zwei", "Kopfzeile 7", "Fussnote")] == [
        3,
        3,
        3,
        1,
        1,
    ]
