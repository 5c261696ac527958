"""Small questions about nodes of the syntax tree, asked by several rules."""

from typing import Any

from jinja2 import nodes

from adapters.rendering.language.environment import statics_in


def children(node: nodes.Node) -> list[nodes.Node]:
    """List the nodes directly below a node, in order; faster than the node's own way, which gives more."""
    found: list[nodes.Node] = []
    for name in node.fields:
        value = getattr(node, name, None)
        if isinstance(value, nodes.Node):
            found.append(value)
        elif type(value) is list or type(value) is tuple:
            found.extend(item for item in value if isinstance(item, nodes.Node))
    return found


def path_of(node: Any) -> str | None:
    """Write a look-up as its author did: customer.name, items[0]; None for anything else."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        parent = path_of(node.node)
        return None if parent is None else f"{parent}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        parent = path_of(node.node)
        return None if parent is None else f"{parent}[{node.arg.value!r}]"
    return None


def root_of(node: Any) -> str | None:
    """Return the name that a look-up begins with."""
    while isinstance(node, (nodes.Getattr, nodes.Getitem, nodes.Filter)):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else None


def is_empty(body: list[nodes.Node]) -> bool:
    """Tell whether nothing at all stands between two tags."""
    return all(
        isinstance(node, nodes.Output)
        and all(isinstance(piece, nodes.TemplateData) and statics_in(piece.data) == [] for piece in node.nodes)
        for node in body
    )


def key_of(node: nodes.Node) -> str:
    """Write an expression so that two texts are the same where the expressions are."""
    values: list[str] = []
    for name in node.fields:
        value = getattr(node, name, None)
        if isinstance(value, nodes.Node):
            values.append(key_of(value))
        elif isinstance(value, list):
            values.append(",".join(key_of(item) if isinstance(item, nodes.Node) else repr(item) for item in value))
        else:
            values.append(repr(value))
    return f"{type(node).__name__}({';'.join(values)})"
