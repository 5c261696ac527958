"""The images of one render."""

import pytest

from adapters.rendering.images import ImageError
from adapters.rendering.language.pictures import Pictures


class CountedAssets(dict[str, bytes]):
    """Assets that count how often one is asked for."""

    asked = 0

    def get(self, key: str, default: bytes | None = None) -> bytes | None:  # type: ignore[override]  # no other default
        """Return an asset."""
        self.asked += 1
        return super().get(key, default)


def test_what_is_no_image_is_read_once_however_often_it_is_printed() -> None:
    assets = CountedAssets({"broken.png": b"no image"})
    pictures = Pictures({}, assets, lambda _: None, 1_000_000)
    for _ in range(3):
        with pytest.raises(ImageError, match="no image"):
            pictures.image("asset:broken.png")
    assert assets.asked == 1
