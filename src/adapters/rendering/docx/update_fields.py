"""Asking Word to compute a document's fields anew (w:updateFields, ECMA-376 part 1, 17.15.1.81)."""

from typing import Final

from lxml import etree

from adapters.rendering.docx.tree import Node, W, w

_UPDATE_FIELDS: Final = w("updateFields")
# What follows w:updateFields in the order of the schema (CT_Settings), with everything of other namespaces.
_FOLLOWERS: Final = frozenset(
    map(w, """
    hdrShapeDefaults footnotePr endnotePr compat docVars rsids attachedSchema themeFontLang clrSchemeMapping
    doNotIncludeSubdocsInStats doNotAutoCompressPictures forceUpgrade captions readModeInkLockDown smartTagType
    shapeDefaults doNotEmbedSmartTags decimalSymbol listSeparator
    """.split())  # noqa: SIM905  # a list of words reads best as words
)  # fmt: skip


def ask_for_update(settings: Node) -> bool:
    """Let Word compute the fields of a document anew when it opens it; tell whether it did not do so already."""
    if settings.find(_UPDATE_FIELDS) is not None:
        return False
    follower = next((child for child in settings if child.tag in _FOLLOWERS or not _is_word(child)), None)
    update = etree.Element(_UPDATE_FIELDS, {w("val"): "true"})
    if follower is None:
        settings.append(update)
    else:
        follower.addprevious(update)
    return True


def _is_word(node: Node) -> bool:
    return etree.QName(node).namespace == W
