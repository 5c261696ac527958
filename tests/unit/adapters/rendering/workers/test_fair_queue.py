"""Whose work is next."""

import pytest

from adapters.rendering.workers.fair_queue import FairQueue
from domain.errors import OverloadedError, QueueFullError
from domain.identifiers import WorkspaceId

A, B, C = (WorkspaceId(name) for name in "abc")


def queue_of(share: int = 1, *, line: int = 10, total: int = 20, total_bytes: int = 1_000) -> FairQueue[str]:
    return FairQueue(share, line=line, total=total, total_bytes=total_bytes)


def filled(queue: FairQueue[str], **lines: str) -> FairQueue[str]:
    for workspace, items in lines.items():
        for item in items.split():
            queue.add(WorkspaceId(workspace), item, 1)
    return queue


def test_workspaces_take_turns_whatever_one_has_waiting() -> None:
    queue = filled(queue_of(share=9), a="a1 a2 a3 a4", b="b1", c="c1 c2")
    assert [queue.next() for _ in range(7)] == ["a1", "b1", "c1", "a2", "c2", "a3", "a4"]
    assert queue.next() is None


def test_no_workspace_has_more_in_hand_than_its_share() -> None:
    queue = filled(queue_of(share=2), a="a1 a2 a3", b="b1")
    assert [queue.next() for _ in range(4)] == ["a1", "b1", "a2", None]
    queue.end(B)
    assert queue.next() is None
    queue.end(A)
    assert queue.next() == "a3"


def test_what_begins_without_waiting_counts_too() -> None:
    queue = queue_of()
    queue.begin(A)
    assert not queue.may_begin(A)
    assert queue.may_begin(B)
    filled(queue, a="a1", b="b1")
    assert [queue.next() for _ in range(2)] == ["b1", None]


def test_a_workspace_with_enough_waiting_is_refused_and_others_are_not() -> None:
    queue = filled(queue_of(line=2), a="a1 a2")
    with pytest.raises(QueueFullError, match="2 requests waiting"):
        queue.add(A, "a3", 1)
    queue.add(B, "b1", 1)
    assert queue.next() == "a1"
    queue.add(A, "a3", 1)


@pytest.mark.parametrize("bounds", [{"total": 3}, {"total_bytes": 3}])
def test_all_workspaces_together_have_so_much_waiting_and_no_more(bounds: dict[str, int]) -> None:
    queue = filled(queue_of(**bounds), a="a1 a2", b="b1")
    with pytest.raises(OverloadedError, match="3 requests wait"):
        queue.add(C, "c1", 1)
    queue.discard(A, "a2")
    queue.add(C, "c1", 1)
    assert [queue.next() for _ in range(4)] == ["a1", "b1", "c1", None]


def test_what_is_not_there_can_be_discarded() -> None:
    queue = filled(queue_of(), a="a1")
    queue.discard(A, "a2")
    queue.discard(B, "b1")
    assert queue.next() == "a1"


def test_everything_that_waits_can_be_taken_out() -> None:
    queue = filled(queue_of(total=3), a="a1 a2", b="b1")
    assert sorted(queue.drain()) == ["a1", "a2", "b1"]
    assert queue.next() is None
    filled(queue, a="a1 a2", b="b1")
