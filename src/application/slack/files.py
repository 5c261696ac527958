"""Files of Slack, both ways."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, BinaryIO, Final

from application.ports.slack_api import SlackClient

_PIECE: Final = 1 << 16


async def content_of(client: SlackClient, file: Mapping[str, Any], most: int) -> bytes:
    """Return the bytes of a file of Slack, by its id.

    Raises:
        PayloadTooLargeError: they are more than `most`.
        SlackError: Slack does not give it.
    """
    info = (await client.call("files.info", file=file["id"])).get("file", {})
    return await client.download(str(info.get("url_private_download") or info.get("url_private") or ""), most)


async def share(client: SlackClient, name: str, file: BinaryIO, channel: str) -> None:
    """Upload a file in three steps, and show it in a conversation (docs.slack.dev/messaging/working-with-files).

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
    files = [{"id": answer.get("file_id"), "title": name}]
    await client.call("files.completeUploadExternal", files=files, channel_id=channel)
