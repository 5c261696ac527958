"""The interactive description of the API, without anything from another server."""

from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from typing_extensions import override

# Swagger UI sets style attributes and shows inlined pictures.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Kept, and asked for again by its tag: another version of DocGen has other files.
_REVALIDATE: Final = {"Cache-Control": "no-cache"}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>DocGen API</title>
<link rel="stylesheet" href="docs/static/swagger-ui.css">
<link rel="icon" href="data:,">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/static/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START = "SwaggerUIBundle({url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null});\n"


class _Files(StaticFiles):
    @override
    def file_response(self, *args: Any, **options: Any) -> Response:
        response = super().file_response(*args, **options)
        response.headers.update(_REVALIDATE)
        return response


def mount_docs(app: FastAPI) -> None:
    """Serve /docs; the copy of Swagger UI comes with the package fastapi-offline."""

    async def page(_: Request) -> Response:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY, **_REVALIDATE})

    async def start(_: Request) -> Response:
        return Response(_START, media_type="text/javascript", headers=_REVALIDATE)

    app.add_route("/docs", page, include_in_schema=False)
    app.add_route("/docs/start.js", start, include_in_schema=False)
    app.mount("/docs/static", _Files(directory=str(files("fastapi_offline") / "static")))
