"""Print what the engine makes of many templates, as JSON of SHA-256s: ``python -m … [FOLDER]``.

With a folder, each template is compiled, kept there, and rendered from what was kept.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.engine import compile_template, render_template
from adapters.rendering.language.limits import DEFAULT_LIMITS
from adapters.rendering.store import CompiledTemplateStore
from adapters.storage.bounded_folder import BoundedFolder
from domain.formats import TemplateFormat, outputs_of, template_format_of
from domain.schema import infer_schema
from tests.builders import render_options
from tests.word_files import word_file
from tests.word_kinds import DATA, KINDS

EXAMPLES: Final = Path(__file__).parents[4] / "examples"
FAULTY: Final = word_file("{% for i in items %}", "{{ a.b }}{{ c | uper }}", "{% endif %}", "{{ x }", "{%tr if y %}")


def templates() -> Iterator[tuple[str, TemplateFormat, bytes, bytes]]:
    """Give the examples, and a Word template of every kind: name, format, file and data."""
    for path in sorted(EXAMPLES.iterdir()):
        template_format = template_format_of(path.name)
        data = path.with_suffix(".json")
        if template_format is not None and data.exists():
            yield path.name, template_format, path.read_bytes(), data.read_bytes()
    for name, (file, _) in KINDS.items():
        yield name, TemplateFormat.DOCX, file, json.dumps(DATA).encode()
    yield "faulty", TemplateFormat.DOCX, FAULTY, b"{}"


def digests(store: CompiledTemplateStore | None) -> dict[str, str]:
    """Return the SHA-256 of every document, and of what is said about every template."""
    made: dict[str, str] = {}
    for name, template_format, file, data in templates():
        compiled = _compiled(template_format, file, store)
        made[f"findings of {name}"] = _sha256(repr(compiled.diagnostics).encode())
        made[f"schema of {name}"] = _sha256(json.dumps(infer_schema(compiled.placeholders)).encode())
        for output in outputs_of(template_format) if compiled.program is not None else ():
            document = render_template(compiled, data, render_options(output=output))
            made[f"{name} as {output}"] = _sha256(document.content + repr(document.diagnostics).encode())
    return made


def _compiled(template_format: TemplateFormat, file: bytes, store: CompiledTemplateStore | None) -> CompiledTemplate:
    compiled = compile_template(template_format, file)
    if store is None or compiled.program is None:
        return compiled
    store.put(_sha256(file), compiled, len(file))
    kept = store.get(_sha256(file), template_format)
    assert kept is not None
    return kept.compiled


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    folder = (
        CompiledTemplateStore(
            BoundedFolder(Path(sys.argv[1]), 500_000_000, "Compiled templates cannot be kept"), DEFAULT_LIMITS
        )
        if len(sys.argv) > 1
        else None
    )
    sys.stdout.write(json.dumps(digests(folder)))
