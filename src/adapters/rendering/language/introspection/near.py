"""Names that differ by a slip of the finger."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

_SHORTEST: Final = 5
_LONGEST: Final = 40
# A shorter word of a name is as likely another word as a misspelt one: max_price, min_price.
_SHORTEST_WORD: Final = 4
_OFTEN: Final = 3


def near_misses(uses: Mapping[str, int], shared: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Pair each name that is used rarely with one that is used more often and differs by one slip.

    `uses` says how often each name is used, in the order of first use, `shared` what is looked up below it. The work
    grows with the names and their lengths alone.
    """
    if len(uses) < 2:  # noqa: PLR2004  # it takes two
        return
    order = {name: index for index, name in enumerate(uses)}
    known: dict[str, list[str]] = {}
    for name in uses:
        for form in _forms(name):
            known.setdefault(form, []).append(name)
    said: set[str] = set()
    for names in known.values():
        # More names of one form are a pattern, and no slip.
        if len(names) != 2:  # noqa: PLR2004  # a pair
            continue
        rare, common = sorted(names, key=lambda name: (uses[name], -order[name]))
        if rare in said or not (_is_written_otherwise(rare, common) or _is_slip(rare, common, uses, shared)):
            continue
        said.add(rare)
        yield rare, common


def _forms(name: str) -> set[str]:
    """Return what a name shares with those that differ by one slip: itself folded, and itself without one letter."""
    forms = {f"={_folded(name)}"}
    if _SHORTEST <= len(name) <= _LONGEST:
        forms |= {name[:index] + name[index + 1 :] for index in range(len(name))} | {name}
    return forms


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()


def _is_written_otherwise(one: str, other: str) -> bool:
    return _folded(one) == _folded(other)


def _is_slip(rare: str, common: str, uses: Mapping[str, int], shared: Mapping[str, Collection[str]]) -> bool:
    often = uses[common] >= _OFTEN or (uses[common] > 1 and bool(set(shared[rare]) & set(shared[common])))
    return uses[rare] == 1 and often and _differ_by_a_slip(rare, common)


def _differ_by_a_slip(one: str, other: str) -> bool:
    """Tell whether one letter is missing, too many, wrong or swapped, where that is not another word."""
    start = next(
        (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(map(len, (one, other)))
    )
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    first, second = one[start : len(one) - end], other[start : len(other) - end]
    swapped = len(first) == len(second) == 2 and first == second[::-1]  # noqa: PLR2004
    if not swapped and max(len(first), len(second)) > 1:
        return False
    # A digit, or a letter at the end, tells things of one kind apart: line1, line2; price_a, price_b; item, items.
    return not re.search(r"\d", first + second) and end > 0 and len(_word_at(other, start)) >= _SHORTEST_WORD


def _word_at(name: str, position: int) -> str:
    start = name.rfind("_", 0, position) + 1
    end = name.find("_", position)
    return name[start : end if end >= 0 else len(name)]
