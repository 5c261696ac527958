"""QR codes and bar codes: what is drawn, and which texts are refused."""

import io
import itertools

import pytest
import segno
from PIL import Image as Pillow

from adapters.rendering.images import ImageError
from adapters.rendering.images.codes import BAR_CODES, bar_code, qr_code

# EAN-13 of 4006381333931 (GS1 General Specifications, 5.2): L and G codes by the first digit, then R codes.
EAN = (
    "101" "0001101" "0100111" "0101111" "0111101" "0001001" "0110011"
    "01010" "1000010" "1000010" "1000010" "1110100" "1000010" "1100110" "101"
)  # fmt: skip


def modules(image: bytes, row: float = 0.5) -> str:
    """Read the pixels of a row: 1 for black."""
    made = Pillow.open(io.BytesIO(image)).convert("L")
    pixels = [made.getpixel((x, int(made.height * row))) for x in range(made.width)]
    return "".join("1" if pixel == 0 else "0" for pixel in pixels)


def test_a_qr_code_has_the_modules_of_its_text_and_a_white_edge() -> None:
    made = Pillow.open(io.BytesIO(qr_code("https://example.com/", "Q"))).convert("L")
    wanted = [list(row) for row in segno.make("https://example.com/", error="q", boost_error=False, micro=False).matrix]
    side = len(wanted)
    assert made.size == ((side + 8) * 8, (side + 8) * 8)
    for y, x in itertools.product(range(side), repeat=2):
        assert (made.getpixel(((x + 4) * 8, (y + 4) * 8)) == 0) == bool(wanted[y][x])
    assert all(made.getpixel((x, y)) == 255 for x in range(made.width) for y in (0, 31, made.height - 1))


def test_texts_beyond_ascii_are_written_as_utf_8() -> None:
    assert qr_code("\u00e4\u00e4", "M") == qr_of("\u00e4\u00e4")


def qr_of(data: str) -> bytes:
    """Draw the QR code of a text that says its encoding (ECI 26)."""
    written = io.BytesIO()
    segno.make(data, error="m", mode="byte", encoding="utf-8", eci=True, micro=False, boost_error=False).save(
        written, kind="png", scale=8, border=4
    )
    return written.getvalue()


@pytest.mark.parametrize(("text", "level"), [("", "M"), ("a", "X"), ("a" * 2_954, "L"), ("ä" * 650, "H")])
def test_what_is_no_qr_code(text: str, level: str) -> None:
    with pytest.raises(ImageError, match="QR code") as refused:
        qr_code(text, level)
    assert refused.value.code == "code-invalid"


def test_a_bar_code_has_its_bars_and_white_edges() -> None:
    for text in ("4006381333931", "400638133393"):
        image, width = bar_code(text, "ean13")
        assert width == 115
        assert modules(image)[::4] == "0" * 10 + EAN + "0" * 10
        assert modules(image, 0.0) == modules(image, 0.99)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("code128", "Az-09 ~"), ("code39", "AB-12 $"), ("ean13", "4006381333931"), ("ean8", "73513537"),
        ("upca", "036000291452"), ("isbn13", "978-3-16-148410-0"), ("itf", "123456"), ("codabar", "A123-4B"),
    ],
)  # fmt: skip
def test_every_kind_is_drawn(kind: str, text: str) -> None:
    image, width = bar_code(text, kind)
    assert Pillow.open(io.BytesIO(image)).size == (width * 4, 160)


def test_every_kind_is_tried() -> None:
    assert set(BAR_CODES) == {"code128", "code39", "ean13", "ean8", "upca", "isbn13", "itf", "codabar"}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("ean13", "4006381333930"), ("ean13", "12"), ("ean13", "40063813339x"), ("isbn13", "978-3-16-148410-1"),
        ("isbn13", "1783161484100"), ("ean8", "73513538"), ("upca", "036000291453"), ("code39", "ab"), ("itf", "123"),
        ("itf", "12a4"), ("codabar", "123"), ("code128", "\u00e4"), ("code128", "a\tb"),
        ("code128", ""), ("code128", "a" * 81),
        ("ean14", "1"), ("", "1"),
    ],
)  # fmt: skip
def test_what_is_no_bar_code(kind: str, text: str) -> None:
    with pytest.raises(ImageError) as refused:
        bar_code(text, kind)
    assert refused.value.code == "code-invalid"
