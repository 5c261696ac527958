"""Images: what they are, how large they are, and what a document can hold of them. Nothing here knows of templates."""

from adapters.rendering.images.errors import ImageError
from adapters.rendering.images.image import MAX_BYTES, Image, read_image
from adapters.rendering.images.lengths import LONGEST, parse_length

__all__ = ["Image", "ImageError", "LONGEST", "MAX_BYTES", "parse_length", "read_image"]
