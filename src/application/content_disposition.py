"""The header that says under which name a download is to be kept."""

import re
from urllib.parse import quote


def content_disposition(file_name: str) -> str:
    """Return the header for a file name (RFC 6266): ASCII for old clients, `filename*` for the others."""
    ascii_name = re.sub(r'[^\x20-\x7e]|["\\%]', "_", file_name)
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(file_name, safe='')}"
