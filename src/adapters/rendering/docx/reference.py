"""Reference documents: Word files whose styles, page settings, headers and footers a text is set in."""

from typing import Final

from lxml import etree

from adapters.rendering.compiled import CompiledTemplate
from adapters.rendering.docx.compile import compile_package
from adapters.rendering.docx.findings import UnusableFileError
from adapters.rendering.docx.package import Package, parse_xml
from adapters.rendering.docx.tree import SECTPR, Node, P, R, T, w
from adapters.rendering.language.limits import Limits

# The value that stands for the text.
BODY: Final = "body"


def compile_reference(file: bytes, limits: Limits) -> CompiledTemplate:
    """Compile a reference document: its own text gives way to the value `body`, unless it has that tag itself.

    Nothing is raised for what the file holds, everything becomes a diagnostic.
    """
    try:
        package = Package(file, limits.template_bytes)
        compiled = compile_package(package, limits)
        if any(placeholder.path == BODY for placeholder in compiled.placeholders):
            return compiled
        package.replace({package.main: _with_tag_alone(package)})
    except UnusableFileError as problem:
        return CompiledTemplate(None, (problem.finding,), ())
    return compile_package(package, limits)


def _with_tag_alone(package: Package) -> Node:
    root = parse_xml(package.main, package.contents[package.main])
    body = root.find(w("body"))
    if body is None:
        body = etree.SubElement(root, w("body"))
    for child in list(body):
        if child.tag != SECTPR:
            body.remove(child)
    paragraph: Node = etree.Element(P)
    tag: Node = etree.SubElement(etree.SubElement(paragraph, R), T)
    tag.text = f"{{{{ {BODY} }}}}"
    body.insert(0, paragraph)
    return root
