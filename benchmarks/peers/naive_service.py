"""The service that a user would write in an afternoon: a template from a file, for each request anew, no storage.

It runs in an environment of its own, as its author would run it: uvicorn with two workers.
"""

import io
import os
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate
from fastapi import FastAPI, Response

TEMPLATES = Path(os.environ["TEMPLATES"])
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

app = FastAPI()


@app.post("/render/{name}")
def render(name: str, data: dict[str, Any]) -> Response:
    """Render a template with the request's data."""
    document = DocxTemplate(TEMPLATES / f"{name}.docx")
    document.render(data, autoescape=True)
    out = io.BytesIO()
    document.save(out)
    return Response(out.getvalue(), media_type=WORD)
