"""Documents with images open in an office program, and it shows every one of them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.image_files import image
from tests.integration.adapters.rendering.test_office import printed
from tests.unit.adapters.rendering.docx.test_frames import drawing, file_with
from tests.word_files import p, render_word, tbl, tc, tr
from tests.word_rules import assert_follows_word_rules

PDFIMAGES = shutil.which("pdfimages")
TEMPLATE = file_with(
    "{{ logo }} in a line",
    p(drawing("{{ photo }}"), "in a frame"),
    p("gone", drawing("{{ nothing }}")),
    tbl(tr("{% for x in xs %}{{ x.name }}", tc("{{ x.picture }}{% endfor %}"))),
    "{{ url | qrcode('20mm') }}{{ number | barcode('ean13') }}",
)
DATA = {
    "logo": image("GIF", width="20mm"),
    "photo": image("JPEG", color="green"),
    "nothing": None,
    "xs": [{"name": name, "picture": image(name, (40 + n, 20))} for n, name in enumerate(("PNG", "WEBP", "JPEG"))],
    "url": "https://example.com/",
    "number": "4006381333931",
}


def test_every_image_is_shown(tmp_path: Path) -> None:
    document = render_word(TEMPLATE, DATA)
    assert_follows_word_rules(document, TEMPLATE)
    text = printed(document, tmp_path)
    assert all(word in text for word in ("in a line", "in a frame", "gone", "PNG", "WEBP", "JPEG"))
    if PDFIMAGES is None:
        pytest.skip("pdfimages is not installed, so nothing lists the images of a page")
    listed = subprocess.run(
        [PDFIMAGES, "-list", str(tmp_path / "document.pdf")], check=True, capture_output=True, timeout=20
    )
    sizes = [tuple(map(int, line.split()[3:5])) for line in listed.stdout.decode().splitlines()[2:]]
    pictures = [size for size in sizes if max(size) <= 200]
    assert sorted(pictures) == [(40, 20), (41, 20), (42, 20), (200, 100), (200, 100)]
    # The two codes are larger.
    assert len(sizes) == len(pictures) + 2
