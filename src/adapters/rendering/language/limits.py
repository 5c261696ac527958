"""What a template and a render may ask for at most."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps that keep one template from taking the machine; sizes in bytes unless named otherwise.

    `steps` is the fuel of one render: about one per tag that runs, charged by a loop before it starts.
    """

    template_bytes: int = 20_000_000
    data_bytes: int = 16_000_000
    # Values in the data, objects and lists included: an empty list takes 30 times as much memory as in the JSON text.
    data_values: int = 1_000_000
    steps: int = 5_000_000
    output_bytes: int = 50_000_000
    # The caps of one template: the characters within its tags and in one of them, the words and signs of all, the
    # tags, the nodes of the syntax tree, how deep expressions and how deep loops may nest, and the characters of one
    # literal.
    source_characters: int = 1_000_000
    tag_characters: int = 30_000
    words: int = 100_000
    tags: int = 8_000
    nodes: int = 40_000
    depth: int = 60
    loops: int = 8
    literal_characters: int = 20_000
    # The caps of one value while a template runs: characters of a text, items of a list, calls within calls.
    text_characters: int = 10_000_000
    list_items: int = 1_000_000
    calls: int = 40
    # Documents within documents.
    document_depth: int = 5


DEFAULT_LIMITS = Limits()
