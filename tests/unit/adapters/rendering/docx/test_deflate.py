"""Spliced streams inflate to the whole, and their checksums are right."""

import zlib

from hypothesis import given
from hypothesis import strategies as st

from adapters.rendering.codec import crc32
from adapters.rendering.docx.deflate import DeflateStream, Stretch, deflate, splice

TEXTS = st.text(st.characters(codec="utf-8"), max_size=400)


def inflate(packed: bytes) -> bytes:
    inflater = zlib.decompressobj(-15)
    data = inflater.decompress(packed) + inflater.flush()
    assert inflater.eof
    assert not inflater.unused_data
    return data


@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(TEXTS, min_size=1, max_size=4))
def test_stretches_and_text_in_turn(static: list[str], dynamic: list[str]) -> None:
    stretches = [Stretch.of(text) for text in static]
    pieces: list[str] = [dynamic[0]]
    for index, text in enumerate(dynamic):
        pieces += [str(index % len(static)), text]
    whole = "".join(static[int(piece)] if index & 1 else piece for index, piece in enumerate(pieces)).encode()
    packed, crc, size = splice(pieces, stretches)
    assert inflate(packed) == whole
    assert (crc, size) == (zlib.crc32(whole), len(whole))


@given(st.lists(st.binary(max_size=500), max_size=5))
def test_streams_of_pieces(pieces: list[bytes]) -> None:
    stream = DeflateStream()
    for piece in pieces:
        stream.write(piece)
    packed, crc, size = stream.finish()
    whole = b"".join(pieces)
    assert inflate(packed) == whole
    assert (crc, size) == (zlib.crc32(whole), len(whole))


@given(st.binary(max_size=2000))
def test_in_one_go(data: bytes) -> None:
    assert inflate(deflate(data)) == data
    assert crc32(data) == zlib.crc32(data)
