"""How much work an SVG drawing is: what it says once may be drawn many times.

Elements refer to others, which refer to others again. The sums are of what is really drawn, and are made without
drawing anything.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from adapters.rendering.images.errors import ImageError

_HREFS: Final = ("href", "{http://www.w3.org/1999/xlink}href")
_REFERENCE: Final = re.compile(r"(?<![\w-])([\w-]+)\s*:[^;:]*?url\s*\(\s*[\"']?\s*#([^\"')\s]+)", re.IGNORECASE)
_LAYERED: Final = re.compile(
    r"(?<![\w-])(?:opacity\s*:\s*(?!\s|1(?:\.0*)?\s*(?:;|$))|mix-blend-mode\s*:|isolation\s*:"
    r"|(?:mask|clip-path|filter)\s*:)",
    re.IGNORECASE,
)
_DASHES: Final = re.compile(r"(?<![\w-])stroke-dasharray\s*:([^;]*)", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_CLASSES: Final = re.compile(r"\s*\.[\w-]+(?:\s*,\s*\.[\w-]+)*\s*")
_LOOKS: Final = frozenset(("opacity", "mix-blend-mode", "isolation", "stroke-dasharray", "style"))
_GEOMETRY: Final = ("d", "points", "x1", "y1", "x2", "y2", "r", "rx", "ry", "width", "height")
_GRADIENTS: Final = ("}linearGradient", "}radialGradient")
_CLIPPING: Final = ("}svg", "}symbol", "}marker")
# In layers, each of which is as large as the drawing: blurring a little takes the longest.
_FILTER_LAYERS: Final = 12
# The rasteriser lets no region of a filter be larger than so many drawings.
_LARGEST_REGION: Final = 25.0
_LAYERS_OF_A_GRADIENT: Final = 0.25
_MAX_LAYERS: Final = 1_000
_MAX_OPEN_LAYERS: Final = 12
_MAX_REFERENCES: Final = 100_000
# Dashes on a line from one end of its numbers to the other.
_MAX_DASHES: Final = 20_000
# Signs of a path that take as long as one layer, where they cover a good part of the drawing.
_SIGNS_A_LAYER: Final = 4_000
_SIMPLER: Final = "Make it simpler, or save it as PNG."


@dataclass(frozen=True, slots=True)
class Work:
    """What is drawn: elements, with all their copies, and layers as large as the drawing; `open` lie on each other."""

    elements: int = 1
    layers: float = 0
    open: int = 0
    depth: int = 0


@dataclass(frozen=True, slots=True)
class _Look:
    """What declarations of CSS say that takes work: layers, lengths of dashes, and references with their property."""

    layers: int = 0
    dashes: tuple[float, ...] = ()
    references: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, declarations: str) -> "_Look":
        sums = (sum(map(float, _NUMBER.findall(each))) for each in _DASHES.findall(declarations))
        found = dict.fromkeys((kind.lower(), name) for kind, name in _REFERENCE.findall(declarations))
        return cls(len(_LAYERED.findall(declarations)), tuple(each for each in sums if each > 0), tuple(found))


def work_of(root: Any, *, max_elements: int, max_depth: int) -> Work:
    """Return how much work a drawing is.

    Raises:
        ImageError: it is too much, or a part of it contains itself.
    """
    return _Reckoner(root, max_elements, max_depth).of(root, 0, ())


class _Reckoner:
    """Adds up, each element once."""

    def __init__(self, root: Any, max_elements: int, max_depth: int) -> None:
        self._root = root
        self._max_elements = max_elements
        self._max_depth = max_depth
        self._references = 0
        self._named: dict[str, list[Any]] = defaultdict(list)
        for node in root.iter():
            if node.get("id"):
                self._named[node.get("id")].append(node)
        # What style sheets say, by class; other selectors count for every element.
        self._rules = {name: _Look.of(text) for name, text in _rules_of(root).items()}
        self._known: dict[Any, Work] = {}
        self._open: set[Any] = set()
        self._sizes: dict[Any, int] = {}
        for node in reversed(list(root.iter())):
            self._sizes[node] = 1 + sum(self._sizes[child] for child in node)

    def _looks_of(self, node: Any) -> list[_Look]:
        own = ";".join(
            value if name == "style" else f"{name}:{value}"
            for name, value in node.attrib.items()
            if name in _LOOKS or "url" in value[:1_000]
        )
        classes = [self._rules[name] for name in dict.fromkeys(node.get("class", "").split()) if name in self._rules]
        return [_Look.of(own), *classes, *filter(None, [self._rules.get("")])]

    def of(self, node: Any, level: int, dashes: tuple[float, ...]) -> Work:
        """Return the work of an element with everything in it and all that it refers to; `dashes` are those around."""
        known = self._known.get(node)
        if known is not None:
            return known
        if node in self._open:
            raise ImageError(f"A part of this SVG drawing contains itself (line {node.sourceline}).", _SIMPLER)
        if level >= self._max_depth:
            raise self._too_deep()
        self._open.add(node)
        looks = self._looks_of(node)
        dashes = tuple(each for look in looks for each in look.dashes) or dashes
        _check_dashes(node, dashes)
        layers: float = sum(look.layers for look in looks) + (node is not self._root and node.tag.endswith(_CLIPPING))
        signs = len(node.get("d", "")) + len(node.get("points", ""))
        total = Work(1, layers + signs / _SIGNS_A_LAYER + _filter_layers(node, self._root))
        for child in node:
            total = self._sum(total, self.of(child, level + 1, dashes), 1)
        for target, times in self._referred(node, looks):
            total = self._sum(total, self.of(target, level + 1, ()), times)
        self._open.discard(node)
        fills = sum(self._is_gradient(name) for look in looks for _, name in look.references)
        total = Work(
            total.elements,
            total.layers + fills * self._sizes[node] * _LAYERS_OF_A_GRADIENT,
            total.open + bool(layers),
            total.depth + 1,
        )
        if total.open > _MAX_OPEN_LAYERS or total.depth > self._max_depth:
            raise self._too_deep()
        self._known[node] = self._checked(total)
        return total

    def _is_gradient(self, name: str) -> bool:
        return any(node.tag.endswith(_GRADIENTS) for node in self._named.get(name, ()))

    def _referred(self, node: Any, looks: list[_Look]) -> Iterator[tuple[Any, int]]:
        """List what an element refers to, and how often that is drawn."""
        if node.tag.endswith("}use"):
            # Gradients, and texts on paths, take from others and draw nothing of them.
            for name in _HREFS:
                yield from ((target, 1) for target in self._named.get(node.get(name, "").strip().lstrip("#"), ()))
        for kind, name in (each for look in looks for each in look.references):
            self._references += 1
            if self._references > _MAX_REFERENCES:
                raise ImageError("This SVG drawing has too many references.", _SIMPLER, "image-too-large")
            if self._is_gradient(name):
                continue
            times = self._sizes[node] if kind.startswith("marker") else 1
            if kind in ("marker", "marker-mid"):
                times = sum(1 + len(_NUMBER.findall(each.get("d") or each.get("points") or "")) for each in node.iter())
            yield from ((target, times) for target in self._named.get(name, ()))

    def _sum(self, one: Work, other: Work, times: int) -> Work:
        elements, layers = one.elements + other.elements * times, one.layers + other.layers * times
        return self._checked(Work(elements, layers, max(one.open, other.open), max(one.depth, other.depth)))

    def _checked(self, work: Work) -> Work:
        if work.elements > self._max_elements or work.layers > _MAX_LAYERS:
            what = f"draws more than {self._max_elements:,} elements, or {_MAX_LAYERS:,} layers, masks and gradients"
            raise ImageError(f"This SVG drawing {what}.", _SIMPLER, "image-too-large")
        return work

    def _too_deep(self) -> ImageError:
        message = f"This SVG drawing nests more than {self._max_depth} deep, or too many layers in each other."
        return ImageError(message, _SIMPLER, "image-too-large")


def _rules_of(root: Any) -> dict[str, str]:
    """Return the declarations in style sheets by the class that they are for; "" is for anything else."""
    rules: dict[str, str] = defaultdict(str)
    sheets = "\n".join(node.text or "" for node in root.iter() if node.tag.endswith("}style"))
    for rule in sheets.split("}"):
        selector, _, declarations = rule.rpartition("{")
        names = re.findall(r"\.([\w-]+)", selector) if _CLASSES.fullmatch(selector) else [""]
        for name in dict.fromkeys(names):
            rules[name] += f";{declarations}"
    return rules


def _filter_layers(node: Any, root: Any) -> float:
    """Return the layers of a filter: of each step in it, as large as its region."""
    if not node.tag.endswith("}filter"):
        return 0
    box = [1.0, 1.0]
    if node.get("filterUnits") == "userSpaceOnUse":
        box = [float(side) for side in root.get("viewBox").replace(",", " ").split()[2:]]
    sides = [_share(node.get(name, "1"), whole) for name, whole in zip(("width", "height"), box, strict=True)]
    return _FILTER_LAYERS * len(node) * min(_LARGEST_REGION, max(1.0, sides[0] * sides[1]))


def _share(length: str, whole: float) -> float:
    found = _NUMBER.search(length)
    number = float(found[0]) if found else 1.0
    return number / 100 if "%" in length else number / whole


def _check_dashes(node: Any, dashes: tuple[float, ...]) -> None:
    """Refuse lines of more dashes than anybody sees: each is drawn by itself."""
    if not dashes:
        return
    numbers = (float(each) for name in _GEOMETRY for each in _NUMBER.findall(node.get(name, "")))
    if max(numbers, default=0.0) > _MAX_DASHES * min(dashes):
        message = f"The dashes of a line in this SVG drawing (line {node.sourceline}) are too short to be seen."
        raise ImageError(message, _SIMPLER, "image-too-large")
