"""Putting the images of a document into its package: their parts, relationships to them, and their content types."""

import posixpath
from collections.abc import Sequence
from typing import Final

from lxml import etree

from adapters.rendering.codec import crc32
from adapters.rendering.docx.archive import Archive, deflated, inflated, stored
from adapters.rendering.docx.deflate import deflate
from adapters.rendering.docx.package import CONTENT_TYPES, parse_xml, relationships_of
from adapters.rendering.docx.pictures import Album
from adapters.rendering.docx.tree import Node
from adapters.rendering.docx.zip_records import Member
from adapters.rendering.images import Image

_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_IMAGE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def with_images(archive: Archive, members: Sequence[Member], album: Album) -> bytes:
    """Return the whole zip: the unchanged members, the changed ones, and what the images in them need."""
    if not album.images:
        return archive.with_members(members)
    changed = {member.name: member for member in members}
    wanted = {CONTENT_TYPES, *map(relationships_of, album.used)}
    known = {member.name: member for member in archive.members() if member.name in wanted} | changed
    for part, images in album.used.items():
        name = relationships_of(part)
        changed[name] = member_of(name, _related(known.get(name), part, images, album))
    changed[CONTENT_TYPES] = member_of(CONTENT_TYPES, _typed(known[CONTENT_TYPES], album))
    media = [stored(album.name_of(image), image.data, crc32(image.data)) for image in album.images]
    # The list of content types comes first, as readers like it.
    first = Archive.of([changed.pop(CONTENT_TYPES), *archive.without(wanted).members()])
    return first.with_members([*changed.values(), *media])


def _related(member: Member | None, part: str, images: dict[str, Image], album: Album) -> Node:
    """Return the relationships of a part with those to its images."""
    root = _parsed(member) if member is not None else new_relationships()
    folder = posixpath.dirname(part)
    for number, image in images.items():
        target = posixpath.relpath(album.name_of(image), folder or ".")
        attributes = {"Id": number, "Type": _IMAGE, "Target": target}
        etree.SubElement(root, f"{{{RELATIONSHIPS}}}Relationship", attributes)
    return root


def new_relationships() -> Node:
    """Make the relationships of a part that has none."""
    return etree.Element(f"{{{RELATIONSHIPS}}}Relationships", nsmap={None: RELATIONSHIPS})


def _typed(member: Member, album: Album) -> Node:
    """Return the list of content types with those of the images: by their ending, or where that is taken, by name."""
    root = _parsed(member)
    declared = {
        node.get("Extension", "").lower(): node.get("ContentType", "") for node in root.iter(f"{{{_TYPES}}}Default")
    }
    for image in album.images:
        ending, content_type = str(image.kind), image.kind.media_type
        if ending not in declared:
            declared[ending] = content_type
            default = etree.Element(f"{{{_TYPES}}}Default", {"Extension": ending, "ContentType": content_type})
            root.insert(0, default)
        elif declared[ending].lower() != content_type:
            attributes = {"PartName": f"/{album.name_of(image)}", "ContentType": content_type}
            etree.SubElement(root, f"{{{_TYPES}}}Override", attributes)
    return root


def _parsed(member: Member) -> Node:
    return parse_xml(member.name, inflated(member))


def member_of(name: str, root: Node) -> Member:
    """Pack a part of the package."""
    contents = _DECLARATION + etree.tostring(root)
    return deflated(name, deflate(contents), crc32(contents), len(contents))
