"""Bodies about assets."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field

from domain.asset import Asset


class AssetResponse(BaseModel):
    """A file that templates and data can name: `asset:logo.png`."""

    name: str
    media_type: str
    bytes: int
    sha256: Annotated[str, Field(description="Of the contents: the same file has the same hash.")]
    created_at: datetime
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, asset: Asset) -> Self:
        """Describe an asset."""
        return cls(
            name=asset.name,
            media_type=asset.media_type,
            bytes=asset.size,
            sha256=asset.sha256,
            created_at=asset.created_at,
            updated_at=asset.updated_at,
            updated_by=asset.updated_by,
        )


class AssetListResponse(BaseModel):
    """A page of assets."""

    data: list[AssetResponse]
    next_cursor: str | None
