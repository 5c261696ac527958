"""What is read of an image file without decoding it, what is refused, and what is converted."""

import io
import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from adapters.rendering.images import MAX_BYTES, ImageError, parse_length, read_image
from adapters.rendering.images.header import read_header
from tests.image_files import image_file, png_that_says

MM = 36_000


def outcome(data: bytes) -> int | str:
    """Return the width of an image, or the code of what is wrong with it."""
    try:
        return read_image(data).width
    except ImageError as error:
        return error.code


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("size", [(1, 1), (200, 100), (3, 5_000)])
def test_kind_and_pixels_are_read_without_decoding(kind: str, size: tuple[int, int]) -> None:
    header = read_header(image_file(kind, size))
    assert header is not None
    assert (header.kind, header.width, header.height) == (kind.lower(), *size)


@pytest.mark.parametrize("options", [{"lossless": True}, {"lossless": False}, {"exif": b"Exif\0\0II*\0"}])
def test_all_layouts_of_webp_are_read(options: dict[str, Any]) -> None:
    header = read_header(image_file("WEBP", (321, 123), **options))
    assert header is not None
    assert (header.width, header.height) == (321, 123)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_resolution_gives_the_size_on_paper(kind: str) -> None:
    read = read_image(image_file(kind, (300, 150), dpi=(300, 300)))
    assert (read.width, read.height) == (914_400, 457_200)


def test_a_jpeg_may_measure_by_centimetres() -> None:
    data = image_file("JPEG", (100, 100), dpi=(100, 100)).replace(b"JFIF\0\1\1\1", b"JFIF\0\1\1\2")
    assert round(read_image(data).width / 360_000, 2) == 1


@pytest.mark.parametrize("dpi", [(1, 1), (0, 0), (30_000, 30_000)])
def test_a_resolution_that_cannot_be_is_96_to_the_inch(dpi: tuple[int, int]) -> None:
    assert read_image(image_file("JPEG", (96, 96), dpi=dpi)).width == 914_400


def test_what_word_shows_stays_the_bytes_it_is() -> None:
    for kind in ("PNG", "JPEG", "GIF"):
        data = image_file(kind)
        assert read_image(data).data == data


def test_webp_becomes_png_with_the_same_pixels_and_is_paid_for() -> None:
    steps: list[int] = []
    read = read_image(image_file("WEBP", (320, 200), "blue", lossless=True), steps.append)
    made = Pillow.open(io.BytesIO(read.data))
    assert (read.kind, made.format, made.size, made.getpixel((5, 5))) == ("png", "PNG", (320, 200), (0, 0, 255))
    assert steps == [4_000]


def test_a_photograph_as_webp_becomes_jpeg_and_one_with_transparency_png() -> None:
    assert read_image(image_file("WEBP", quality=80)).kind == "jpeg"
    written = io.BytesIO()
    Pillow.new("RGBA", (20, 10), (255, 0, 0, 100)).save(written, "WEBP", quality=80)
    made = Pillow.open(io.BytesIO(read_image(written.getvalue()).data))
    assert (made.format, made.mode) == ("PNG", "RGBA")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photograph_on_its_side_is_put_upright(kind: str) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    read = read_image(image_file(kind, (200, 100), exif=exif))
    made = Pillow.open(io.BytesIO(read.data))
    assert (made.size, made.format) == ((100, 200), kind)
    assert read.width * 2 == read.height
    assert made.getexif().get(0x0112, 1) == 1


@pytest.mark.parametrize("data", [b"", b"hello", b"<html>", b"%PDF-1.7", image_file("TIFF"), image_file("BMP")])
def test_what_is_no_image_is_refused(data: bytes) -> None:
    with pytest.raises(ImageError, match="image") as refused:
        read_image(data)
    assert refused.value.code == "image-invalid"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_half_an_image_is_refused_or_at_least_has_a_size(kind: str) -> None:
    data = image_file(kind, (50, 40))
    for end in range(len(data)):
        assert outcome(data[:end]) in ("image-invalid", 50 * 9_525)


@pytest.mark.parametrize(
    "data",
    [
        image_file("JPEG", mode="CMYK", color=(0, 255, 255, 0)),
        image_file("GIF", save_all=True, append_images=[Pillow.new("RGB", (200, 100), "blue")]),
        image_file("PNG", mode="I;16", color=40_000),
    ],
    ids=["CMYK", "animated", "16 bits"],
)
def test_what_word_shows_in_its_own_way_is_left_to_it(data: bytes) -> None:
    assert read_image(data).data == data


def test_an_animated_webp_becomes_its_first_picture() -> None:
    frames = [Pillow.new("RGB", (200, 100), "blue"), Pillow.new("RGB", (200, 100), "green")]
    data = image_file("WEBP", color="red", lossless=True, save_all=True, append_images=frames)
    with Pillow.open(io.BytesIO(read_image(data).data)) as opened:
        assert (getattr(opened, "n_frames", 1), opened.convert("RGB").getpixel((9, 9))) == (1, (255, 0, 0))


def test_a_png_or_gif_that_ends_too_early_is_refused() -> None:
    for kind in ("PNG", "GIF"):
        with pytest.raises(ImageError, match="damaged"):
            read_image(image_file(kind)[:-20])


def test_a_hundred_megapixels_are_refused_before_anything_is_decoded() -> None:
    with pytest.raises(ImageError, match="10,000 by 10,000 pixels") as refused:
        read_image(png_that_says(10_000, 10_000))
    assert refused.value.code == "image-too-large"


def test_a_file_of_nothing_but_tiny_pieces_is_refused() -> None:
    header = png_that_says(10, 10)
    chunk = struct.pack(">L4sL", 0, b"tEXt", 0)
    for data in (header[:33] + chunk * 400_000 + header[33:], b"\xff\xd8" + b"\xff\xfe\0\2" * 1_200_000):
        with pytest.raises(ImageError, match="damaged"):
            read_image(data)


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(ImageError, match="5,000,001 bytes"):
        read_image(image_file() + bytes(MAX_BYTES + 1 - len(image_file())))


@pytest.mark.parametrize(
    ("between", "is_read"),
    [
        (b"\xff" * 100_000, True),
        (b"\xff\xfe\0\2" * 1_000, True),
        (b"\xff\xfe\0\2" * 3_000, False),
        (b"\xff\xd0", False),
        (b"\xff\xfe\0\1", False),
    ],
    ids=["fill bytes", "many comments", "far too many comments", "a restart without a scan", "no room for its length"],
)
def test_what_stands_before_the_frame_of_a_jpeg_is_passed_or_refused(between: bytes, is_read: bool) -> None:
    image = image_file("JPEG", (9, 7))
    with_more = image[:2] + between + image[2:]
    if is_read:
        header = read_header(with_more)
        assert header is not None
        assert (header.width, header.height) == (9, 7)
    else:
        with pytest.raises(ImageError, match="damaged"):
            read_header(with_more)


def test_a_broken_webp_is_refused_by_its_decoder() -> None:
    data = bytearray(image_file("WEBP", (100, 100)))
    data[40:] = b"\xff" * (len(data) - 40)
    with pytest.raises(ImageError, match="damaged"):
        read_image(bytes(data))


@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.data())
def test_no_damage_raises_anything_else(kind: str, draw: st.DataObject) -> None:
    data = bytearray(image_file(kind, (8, 8)))
    for _ in range(draw.draw(st.integers(1, 8))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert isinstance(outcome(bytes(data)), int) or str(outcome(bytes(data))).startswith("image-")


@given(st.binary(max_size=200), st.sampled_from([b"\xff\xd8\xff", b"RIFF0000WEBP", b"GIF89a", b"\x89PNG\r\n\x1a\n"]))
def test_no_bytes_behind_a_signature_raise_anything_else(data: bytes, signature: bytes) -> None:
    assert isinstance(outcome(signature + data), int) or str(outcome(signature + data)).startswith("image-")


@pytest.mark.parametrize(
    ("written", "emu"),
    [
        ("40mm", 40 * MM), ("4 cm", 40 * MM), ("1in", 914_400), ("72pt", 914_400), ("96 PX", 914_400),
        ("2,5cm", 25 * MM),
        (40, 40 * MM), (Decimal("12.5"), 450_000), ("40", 40 * MM), (".5mm", None), ("-4mm", None), ("4 ells", None),
        ("", None), (0, None), (-1, None), (True, None), (None, None), ([], None), ("60cm", None), (10**30, None),
        (Decimal("1e999999"), None), (Decimal("1e-999999"), None), ("1e9mm", None),
    ],
)  # fmt: skip
def test_lengths(written: Any, emu: int | None) -> None:
    if emu is not None:
        assert parse_length(written, "width") == emu
        return
    with pytest.raises(ImageError, match="width of an image") as refused:
        parse_length(written, "width")
    assert refused.value.code == "image-size"


def test_an_orientation_that_cannot_be_read_is_upright() -> None:
    for exif in (
        b"",
        b"II*\0",
        b"MM\0*\0\0\0\x08\xff\xff",
        b"XX",
        struct.pack("<2sHLHHHLH", b"II", 42, 8, 1, 0x0112, 3, 1, 9),
    ):
        header = read_header(image_file("PNG", exif=exif))
        assert header is not None
        assert header.orientation == 1
