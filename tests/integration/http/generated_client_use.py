"""What a user does with the generated client; run in the environment of the client: ADDRESS KEY.

It is checked by mypy too, so that what the client returns has to have the types that it says.
"""

import io
import sys

from docgen_client import AuthenticatedClient
from docgen_client.api.renders import create_render, get_document
from docgen_client.api.templates import get_template, list_templates, register_template, update_template
from docgen_client.models import (
    Problem,
    RegisteredTemplateResponse,
    RegisterTemplateForm,
    RenderBody,
    RenderBodyData,
    RenderResponse,
    TemplateListResponse,
    TemplateResponse,
    UpdateTemplateRequest,
)
from docgen_client.types import File

address, key = sys.argv[1:]
client = AuthenticatedClient(base_url=address, token=key)

file = File(payload=io.BytesIO(b"Dear {{ name }},\n"), file_name="greeting.txt", mime_type="text/plain")
form = RegisterTemplateForm(file=file, name="Greeting", tags=["letters", "short"], publish=True)
template = register_template.sync(client=client, body=form)
assert isinstance(template, RegisteredTemplateResponse), template
assert (template.slug, template.tags, template.published_version) == ("greeting", ["letters", "short"], 1)

wish = RenderBody(template="greeting", data=RenderBodyData.from_dict({"name": "Ada"}))
record = create_render.sync(client=client, body=wish)
assert isinstance(record, RenderResponse), record
document = get_document.sync(record.id, client=client)
assert isinstance(document, File), document
assert document.payload.read() == b"Dear Ada,\n"

wish.store = False
at_once = create_render.sync(client=client, body=wish)
assert isinstance(at_once, File), at_once
assert at_once.payload.read() == b"Dear Ada,\n"

found = list_templates.sync(client=client, tag="short")
assert isinstance(found, TemplateListResponse), found
assert [each.id for each in found.data] == [template.id]

changed = update_template.sync("greeting", client=client, if_match="*", body=UpdateTemplateRequest(name="Welcome"))
assert isinstance(changed, TemplateResponse), changed
assert changed.name == "Welcome"

refused = get_template.sync("nothing", client=client)
assert isinstance(refused, Problem), refused
assert (refused.status, refused.code) == (404, "not-found")
assert refused.request_id.startswith("req_")
