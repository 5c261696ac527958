"""Generates Python from a template's syntax tree: plain look-ups, tuples of output, nothing of Jinja's run time.

There are two programs for each template. The fast one takes every look-up for granted: `customer.name` becomes
`data['customer']['name']`, which only mappings answer. Where anything goes wrong (a key is missing, a value has the
wrong kind) the render is started again with the careful one, which looks before each step, remembers paths and
places, goes on after an error, and so finds all of them. Both are generated from the same tree by this one class.
"""

from adapters.rendering.language.codegen.statements import Generator

__all__ = ["Generator"]
