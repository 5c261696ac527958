"""Links of formatted texts: hyperlinks where writers announced them, and relationships of the parts they end up in.

A writer cannot know which part its value ends up in, since macros and notes move; so it puts out the address between
two control characters, and the id of the relationship is written when the part is finished (ECMA-376 part 1, 17.16.22).
"""

from collections.abc import Sequence
from html import unescape
from typing import Final

from lxml import etree

from adapters.rendering.docx.archive import Archive, inflated
from adapters.rendering.docx.media import RELATIONSHIPS, member_of, new_relationships
from adapters.rendering.docx.package import parse_xml, relationships_of
from adapters.rendering.docx.writers import LINK, escape_attribute
from adapters.rendering.docx.zip_records import Member

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def linked(runs: str, address: str, prefix: str) -> str:
    """Write a hyperlink of runs; `prefix` begins the names of WordprocessingML."""
    number = f'xmlns:r="{_OFFICE}" r:id="{LINK}{escape_attribute(address)}{LINK}"'
    return f'<{prefix}hyperlink {number} {prefix}history="1">{runs}</{prefix}hyperlink>'


class NewLinks:
    """The links of one document that no template had; `start` begins no id of a relationship in the template."""

    def __init__(self, start: str) -> None:
        self._start = start
        # For each part: the addresses it links to, as they stand in XML, with the ids of their relationships.
        self._used: dict[str, dict[str, str]] = {}

    def put(self, text: str, part: str) -> str:
        """Return a part's text with the ids of relationships where addresses were announced."""
        used = self._used.setdefault(part, {})
        pieces = text.split(LINK)
        for index in range(1, len(pieces), 2):
            pieces[index] = used.setdefault(pieces[index], f"{self._start}{len(used) + 1}")
        return "".join(pieces)

    def added_to(self, archive: Archive, members: Sequence[Member]) -> tuple[Archive, list[Member]]:
        """Return a package with these relationships: the members that do not change, and those that do."""
        changed = {member.name: member for member in members}
        wanted = set(map(relationships_of, self._used))
        known = {member.name: member for member in archive.members() if member.name in wanted} | changed
        for part, addresses in self._used.items():
            name = relationships_of(part)
            root = parse_xml(name, inflated(known[name])) if name in known else new_relationships()
            for address, number in addresses.items():
                attributes = {"Id": number, "Type": f"{_OFFICE}/hyperlink", "Target": unescape(address)}
                etree.SubElement(root, f"{{{RELATIONSHIPS}}}Relationship", attributes, TargetMode="External")
            changed[name] = member_of(name, root)
        return archive.without(wanted), list(changed.values())
