"""Assets of commands without a server: files of one folder."""

from argparse import Namespace
from collections.abc import Collection
from pathlib import Path

from typing_extensions import override

from application.ports.asset_source import AssetSource
from application.ports.template_renderer import Assets
from domain.asset import MAX_ASSET_BYTES, check_asset, is_asset_file, max_bytes_of, template_of
from domain.errors import DocGenError, InvalidRequestError, LimitExceededError, PayloadTooLargeError
from domain.identifiers import WorkspaceId


class FolderAssets(AssetSource):
    """The files of one folder, and nothing outside of it: links that lead out of it are not followed.

    A template is the Word or Markdown file of its name; there are no versions.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @override
    async def load(self, workspace_id: WorkspaceId, names: Collection[str], max_bytes: int) -> Assets:
        found: dict[str, bytes | None] = {}
        for name in sorted(names):
            found[name] = content = self._read_template(name) if template_of(name) else self._read(name)
            max_bytes -= len(content or b"")
            if max_bytes < 0:
                raise LimitExceededError("The assets of this document are too large together.")
        return found

    def _read(self, name: str) -> bytes | None:
        path = self._folder / name
        if not is_asset_file(name) or not self._holds(path):
            return None
        content = _contents_of(path, max_bytes_of(name))
        try:
            check_asset(name, content)
        except DocGenError as error:
            raise InvalidRequestError(str(path), str(error)) from None
        return content

    def _read_template(self, name: str) -> bytes | None:
        reference, version = template_of(name) or ("", None)
        paths = (self._folder / f"{reference}{ending}" for ending in (".docx", ".md"))
        path = next((path for path in paths if self._holds(path)), None) if version is None else None
        return None if path is None else _contents_of(path, MAX_ASSET_BYTES)

    def _holds(self, path: Path) -> bool:
        return path.is_file() and path.resolve().parent == self._folder.resolve()


def _contents_of(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise PayloadTooLargeError(f"The file {str(path)!r}", limit)
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
