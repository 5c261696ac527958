"""Make the pictures of the features in docs/images: `python -m examples.pictures`.

Each shows a template of `examples/features/` beside the document that it gives with its data, as LibreOffice prints
them. `soffice` and `pdftoppm` have to be installed, and Carlito, the font that stands in for Calibri.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops

FEATURES = Path(__file__).parent / "features"
PICTURES = FEATURES.parents[1] / "docs" / "images"
NAMES = {
    "rich-text": "rich-text-in-word",
    "images": "images-in-word",
    "codes": "codes-in-word",
    "markdown": "markdown-in-word",
    "merge-fields": "merge-fields-in-word",
    "locales": "locales-in-word",
    "documents": "documents-in-word",
}
_DOTS_PER_INCH = 76
_MARGIN = 14
_COLOURS = 48


def main() -> int:
    """Make all of them."""
    missing = [name for name in ("soffice", "pdftoppm") if shutil.which(name) is None]
    if missing:
        print(f"Install {' and '.join(missing)} first.", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, picture in NAMES.items():
            template, document = FEATURES / f"{name}.docx", Path(folder, f"{name}-document.docx")
            _run(sys.executable, "-m", "entrypoints.cli.main", "render", str(template), "--data",
                 str(template.with_suffix(".json")), "--output", str(document), "--locale", "en-GB")  # fmt: skip
            sides = [_printed(file, Path(folder)) for file in (template, document)]
            _beside(sides).quantize(_COLOURS).save(PICTURES / f"{picture}.png", optimize=True)
    return 0


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own programs and files


def _printed(file: Path, folder: Path) -> Image.Image:
    """Return the first page of a document, without the white around its text."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    _run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file))
    page = folder / file.stem
    _run("pdftoppm", "-png", "-singlefile", "-r", str(_DOTS_PER_INCH), f"{page}.pdf", str(page))
    with Image.open(f"{page}.png") as opened:
        image = opened.convert("RGB")
    ink = ImageChops.difference(image, Image.new("RGB", image.size, "white")).getbbox() or (0, 0, 1, 1)
    left, top, right, bottom = ink
    return image.crop((left - _MARGIN, top - _MARGIN, max(right, image.width * 9 // 10) + _MARGIN, bottom + _MARGIN))


def _beside(sides: list[Image.Image]) -> Image.Image:
    """Put two pages beside each other, with a grey bar between them."""
    height = max(side.height for side in sides)
    whole = Image.new("RGB", (sum(side.width for side in sides) + _MARGIN, height), "white")
    whole.paste(Image.new("RGB", (_MARGIN, height), "#c0c0c0"), (sides[0].width, 0))
    whole.paste(sides[0], (0, 0))
    whole.paste(sides[1], (sides[0].width + _MARGIN, 0))
    return whole


if __name__ == "__main__":
    sys.exit(main())
