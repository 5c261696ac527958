"""Assets of commands without a server: files of one folder."""

from argparse import Namespace
from collections.abc import Collection
from pathlib import Path

from typing_extensions import override

from application.ports.asset_source import AssetSource
from application.ports.template_renderer import Assets
from domain.asset import check_asset, is_asset_file, max_bytes_of
from domain.errors import DocGenError, InvalidRequestError, LimitExceededError, PayloadTooLargeError
from domain.identifiers import WorkspaceId


class FolderAssets(AssetSource):
    """The files of one folder, and nothing outside of it: links that lead out of it are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @override
    async def load(self, workspace_id: WorkspaceId, names: Collection[str], max_bytes: int) -> Assets:
        found: dict[str, bytes | None] = {}
        for name in sorted(names):
            found[name] = content = self._read(name)
            max_bytes -= len(content or b"")
            if max_bytes < 0:
                raise LimitExceededError("The assets of this document are too large together.")
        return found

    def _read(self, name: str) -> bytes | None:
        path = self._folder / name
        if not is_asset_file(name) or not path.is_file() or path.resolve().parent != self._folder.resolve():
            return None
        limit = max_bytes_of(name)
        with path.open("rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise PayloadTooLargeError(f"The asset {str(path)!r}", limit)
        try:
            check_asset(name, content)
        except DocGenError as error:
            raise InvalidRequestError(str(path), str(error)) from None
        return content


def assets_of(options: Namespace) -> FolderAssets:
    """Return the files of the folder that a command names, else of that where its data or its template lies.

    Raises:
        InvalidRequestError: there is no such folder.
    """
    if options.assets is not None and not Path(options.assets).is_dir():
        raise InvalidRequestError("--assets", f"there is no folder {options.assets!r}.")
    beside = options.template if options.data in (None, "-") else options.data
    return FolderAssets(Path(beside).parent if options.assets is None else Path(options.assets))
