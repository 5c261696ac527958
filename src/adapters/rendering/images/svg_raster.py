"""Drawing an SVG as pixels, for programs that do not show SVG. Only what the gate has let through comes here.

The fonts are ours, whatever the drawing asks for: a picture must not depend on the machine that makes it, and a locked
up worker cannot read those of the system.
"""

import math
from functools import lru_cache
from pathlib import Path
from typing import Final

import resvg_py

from adapters.rendering.images.errors import ImageError
from adapters.rendering.images.svg import Drawing

# A whole page's width in 150 dots an inch, a logo's in far more; and less for drawings that take long.
_PIXELS: Final = 1_000_000
_LEAST_PIXELS: Final = 160_000
_MAX_SIDE: Final = 4_000
_LAYER_PIXELS: Final = 30_000_000
# So many elements take as long as one layer, where they cover a good part of the drawing.
_ELEMENTS_A_LAYER: Final = 50
_FAMILY: Final = "Liberation Sans"
_FONTS: Final = [str(Path(__file__).parent / "fonts" / f"LiberationSans-{style}.ttf") for style in ("Regular", "Bold")]


def pixels_for(drawing: Drawing) -> tuple[int, int]:
    """Return width and height in pixels at which a drawing is drawn."""
    area = max(_LEAST_PIXELS, min(_PIXELS, _LAYER_PIXELS / layers_of(drawing)))
    scale = math.sqrt(area / drawing.width / drawing.height)
    scale = min(scale, _MAX_SIDE / drawing.width, _MAX_SIDE / drawing.height)
    return max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale))


def layers_of(drawing: Drawing) -> float:
    """Return how often the whole drawing is painted over, roughly."""
    return 1 + drawing.work.layers + drawing.work.elements / _ELEMENTS_A_LAYER


@lru_cache(maxsize=4)
def rasterised(drawing: Drawing) -> bytes:
    """Return a drawing as PNG; those drawn last are kept, since the same logo stands in document after document.

    Raises:
        ImageError: it cannot be drawn.
    """
    width, height = pixels_for(drawing)
    try:
        return resvg_py.svg_to_bytes(
            svg_string=drawing.data.decode(),
            skip_system_fonts=True,
            font_files=_FONTS,
            font_family=_FAMILY,
            serif_family=_FAMILY,
            sans_serif_family=_FAMILY,
            cursive_family=_FAMILY,
            fantasy_family=_FAMILY,
            monospace_family=_FAMILY,
            # One side, so that the other follows without any distortion.
            width=width if width >= height else None,
            height=height if width < height else None,
        )
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as problem:  # the library's panics are no Exception
        raise ImageError("This SVG drawing is damaged: it cannot be drawn.", "Save it anew, or as PNG.") from problem
