"""What is held of answers that nobody reads."""

from entrypoints.http.unread_answers import UnreadAnswers


class Reader:
    """A client."""

    def __init__(self) -> None:
        self.is_cut_off = False

    def cut_off(self) -> None:
        """Note it."""
        self.is_cut_off = True


def cut_off(readers: list[Reader]) -> list[int]:
    return [number for number, reader in enumerate(readers) if reader.is_cut_off]


def test_who_reads_for_longest_is_cut_off_when_there_is_too_much() -> None:
    unread, readers = UnreadAnswers(100), [Reader() for _ in range(4)]
    for reader in readers[:3]:
        unread.hold(reader, 30)
    assert cut_off(readers) == []
    unread.hold(readers[3], 70)
    assert cut_off(readers) == [0, 1]


def test_what_was_read_makes_room() -> None:
    unread, readers = UnreadAnswers(100), [Reader() for _ in range(3)]
    unread.hold(readers[0], 90)
    unread.hold(readers[0], 40)  # the rest of it
    unread.hold(readers[1], 60)
    unread.let_go(readers[0])
    unread.let_go(readers[0])
    unread.hold(readers[2], 40)
    assert cut_off(readers) == []


def test_a_single_answer_may_be_larger_than_all() -> None:
    unread, readers = UnreadAnswers(100), [Reader() for _ in range(2)]
    unread.hold(readers[0], 1_000)
    assert cut_off(readers) == []
    unread.hold(readers[1], 1)
    assert cut_off(readers) == [0]
