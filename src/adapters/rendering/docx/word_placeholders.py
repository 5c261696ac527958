"""Word's own placeholders in a document: merge fields and content controls, before the tags are looked for."""

from adapters.rendering.docx.fill_controls import fill_controls
from adapters.rendering.docx.mergefields import fill_merge_fields
from adapters.rendering.docx.places import Places
from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import Node
from domain.diagnostics import Diagnostic


class WordPlaceholders:
    """Fills in what a document's parts have; `decimal` is what its settings write for the point of a number."""

    def __init__(self, decimal: str) -> None:
        self._decimal = decimal

    def fill(self, root: Node, tokens: TokenTable, places: Places) -> list[Diagnostic]:
        """Put tokens in the place of a part's placeholders; return what is wrong with them."""
        findings = fill_merge_fields(root, tokens, places, self._decimal)
        return findings + fill_controls(root, tokens, places)
