"""Run properties: those of the place where a text stands, changed for one look (ECMA-376 part 1, 17.3.2.28)."""

import re
from collections.abc import Mapping
from typing import Final

_CHILD: Final = re.compile(r"<([\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?(?:/>|(?<!/)>.*?</\1?\2>)", re.DOTALL)
# The order of the schema; what it does not know is of an extension, and comes last.
_ORDER: Final = {
    name: index
    for index, name in enumerate(
        """
        rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish
        webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang
        eastAsianLayout specVanish oMath
        """.split()  # noqa: SIM905  # a list of words reads best as words
    )
}
_CHANGE: Final = "rPrChange"


def changed_look(properties: str, prefix: str, changes: Mapping[str, Mapping[str, str]]) -> str:
    """Return run properties as they stand in a text ('' for none) with these elements and their attributes."""
    found = {} if not properties else dict(_children(properties, prefix))
    found |= {name: _written(name, attributes, prefix) for name, attributes in changes.items()}
    if not found:
        return ""
    ordered = sorted(found, key=lambda name: _ORDER.get(name, len(_ORDER)))
    return f"<{prefix}rPr>{''.join(found[name] for name in ordered)}</{prefix}rPr>"


def _children(properties: str, prefix: str) -> list[tuple[str, str]]:
    inner = properties.partition(">")[2].rpartition("<")[0]
    return [
        (match.group(2) if (match.group(1) or "") == prefix else match.group(), match.group())
        for match in _CHILD.finditer(inner)
        if match.group(2) != _CHANGE
    ]


def _written(name: str, attributes: Mapping[str, str], prefix: str) -> str:
    written = "".join(f' {prefix}{key}="{value}"' for key, value in attributes.items())
    return f"<{prefix}{name}{written}/>"
