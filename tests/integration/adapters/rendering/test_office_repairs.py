"""Each kind of repaired document opens in an office program: one call for all of them."""

import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.word_files import NAMESPACES, p, r, render_word, tbl, tc, tr, word_file
from tests.word_rules import assert_follows_word_rules

SOFFICE, PDFTOTEXT = shutil.which("soffice"), shutil.which("pdftotext")
LOOP = "{% for i in items %}", "{% endfor %}"
DATA: Final[dict[str, Any]] = {"items": ["one", "two", "three"], "nothing": [], "groups": [["a", "b"], ["c"]]}

NUMBERING = (
    f'<w:numbering {NAMESPACES}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="No. %1"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)
SETTINGS = f"<w:settings {NAMESPACES}><w:compat/></w:settings>"
SEPARATORS = "".join(
    f'<w:footnote w:id="{number}" w:type="{kind}">{p("")}</w:footnote>'
    for number, kind in enumerate(("separator", "continuationSeparator"))
)
ITEM = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
BOOKMARK = f'<w:bookmarkStart w:id="1" w:name="Item"/>{r("{{ i }}")}<w:bookmarkEnd w:id="1"/>'
COMMENT = f'<w:commentRangeStart w:id="0"/>{r("{{ i }}")}<w:commentRangeEnd w:id="0"/>'
RESTART = "{# @restart #}"
NOTHING = p("{% for x in nothing %}") + p("x") + p("{% endfor %}")
TOC = f'<w:fldSimple w:instr="TOC \\o">{r("contents")}</w:fldSimple>'

# For each kind: the template, and what its pages show.
KINDS: Final[dict[str, tuple[bytes, tuple[str, ...]]]] = {
    "columns": (
        word_file(
            tbl(
                tr(tc("all", properties='<w:gridSpan w:val="4"/>')),
                tr("first", "{%tc for i in items %}", "{{ i }}", "{%tc endfor %}"),
                columns=4,
            ),
            "end",
        ),
        ("all first one two three end",),
    ),
    "names": (
        word_file(LOOP[0], p(BOOKMARK, f'<w:hyperlink w:anchor="Item">{r(" link")}</w:hyperlink>'), LOOP[1]),
        ("one link two link three link",),
    ),
    "comments": (
        word_file(
            LOOP[0], p(COMMENT, '<w:r><w:commentReference w:id="0"/></w:r>'), LOOP[1],
            parts={"word/comments.xml": f'<w:comment w:id="0" w:author="a">{p("remark")}</w:comment>'},
        ),
        ("one two three",),
    ),
    "notes": (
        word_file(
            LOOP[0], p("{{ i }}", '<w:r><w:footnoteReference w:id="2"/></w:r>'), LOOP[1],
            parts={"word/footnotes.xml": f'{SEPARATORS}<w:footnote w:id="2">{p("on {{ i }}")}</w:footnote>'},
        ),
        ("on one", "on two", "on three"),
    ),
    "lists": (
        word_file(
            "{% for g in groups %}", RESTART, "{% for i in g %}", p("{{ i }}", properties=ITEM), LOOP[1], LOOP[1],
            parts={"word/numbering.xml": NUMBERING},
        ),
        ("No. 1 a No. 2 b No. 1 c",),
    ),
    "empty": (
        word_file(
            tbl(tr("{% for x in nothing %}{{ x }}", "{% endfor %}")),
            tbl(tr(tc(NOTHING), "cell")),
            f"<w:sdt><w:sdtPr/><w:sdtContent>{NOTHING}</w:sdtContent></w:sdt>",
            "end",
        ),
        ("cell end",),
    ),
    "fields": (word_file(p(TOC), "{{ items | length }}", parts={"word/settings.xml": SETTINGS}), ("contents 3",)),
}  # fmt: skip


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
