"""Files of Slack, both ways."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, BinaryIO, Final

from application.ports.slack_api import SlackClient, SlackRefusedError

_PIECE: Final = 1 << 16


async def content_of(client: SlackClient, file: Mapping[str, Any], most: int) -> bytes:
    """Return the bytes of a file of Slack, by its id.

    Raises:
        PayloadTooLargeError: they are more than `most`.
        SlackError: Slack does not give it.
    """
    info = (await client.call("files.info", file=file["id"])).get("file", {})
    return await client.download(str(info.get("url_private_download") or info.get("url_private") or ""), most)


async def uploaded(client: SlackClient, name: str, file: BinaryIO) -> str:
    """Upload a file that stands at its end, and return its id; nobody sees it yet.

    docs.slack.dev/messaging/working-with-files, the first two of three steps.

    Raises:
        SlackError: Slack does not take it.
    """
    size = file.tell()
    file.seek(0)

    async def pieces() -> AsyncIterator[bytes]:
        while piece := file.read(_PIECE):
            yield piece

    answer = await client.call("files.getUploadURLExternal", filename=name, length=str(size))
    await client.upload(str(answer.get("upload_url")), size, pieces())
    return str(answer.get("file_id"))


async def is_shared(client: SlackClient, file_id: str) -> bool:
    """Tell whether a file stands in any conversation: the worker that asked for it may have died before it heard."""
    try:
        file = (await client.call("files.info", file=file_id)).get("file", {})
    except SlackRefusedError:
        return False
    return any(file.get(name) for name in ("channels", "groups", "ims", "shares"))
