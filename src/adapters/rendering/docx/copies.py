"""The two copies of text boxes and shapes: a modern one, and one for programs that do not know it (ECMA-376 part 3, 7).

Tags are carried out in both, so that they are equal. A tag that counts would count twice: then the second copy goes,
which only very old programs miss.
"""

import re
from typing import Final

from adapters.rendering.docx.tokens import TokenTable
from adapters.rendering.docx.tree import MC, Node, ancestor, take, tokens_in

_FALLBACK: Final = f"{{{MC}}}Fallback"
# {% set counter.total = … %} and {{ loop.changed(…) }} change what the same tag does next.
_COUNTS: Final = re.compile(r"\{%\s*set\s+\w+\s*\.|\.changed\s*\(")


def drop_counting_copies(root: Node, tokens: TokenTable) -> None:
    """Remove the second copies with tags that change what is printed later."""
    for node in tokens_in(root):
        if _COUNTS.search(tokens.of(node).text):
            copy = ancestor(node, _FALLBACK)
            if copy is not None:
                take(copy)
