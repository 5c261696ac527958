"""The system clock and UUIDv7 identifiers."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from typing_extensions import override

from adapters.system import SystemClock, SystemRandomSource, Uuid7Generator
from tests.contracts.clock import ClockContract
from tests.contracts.id_generator import IdGeneratorContract
from tests.contracts.random_source import RandomSourceContract
from tests.fakes.clock import FixedClock


def uuid_of(identifier: str) -> uuid.UUID:
    """Take the prefix off."""
    return uuid.UUID(identifier.partition("_")[2])


def milliseconds_of(identifier: str) -> int:
    """Read the time out of an identifier."""
    return uuid_of(identifier).int >> 80


class TestSystemClock(ClockContract):
    @pytest.fixture
    @override
    def clock(self) -> SystemClock:
        return SystemClock()

    def test_it_is_the_machines_time(self, clock: SystemClock) -> None:
        before = datetime.now(UTC)
        assert before <= clock.now() <= datetime.now(UTC)


class TestSystemRandomSource(RandomSourceContract):
    @pytest.fixture
    @override
    def randomness(self) -> SystemRandomSource:
        return SystemRandomSource()


class TestUuid7Generator(IdGeneratorContract):
    @pytest.fixture
    @override
    def ids(self) -> Uuid7Generator:
        return Uuid7Generator(SystemClock())

    def test_an_id_is_a_uuid_of_version_7(self, ids: Uuid7Generator) -> None:
        made = [uuid_of(ids.new_id("tpl")) for _ in range(100)]
        assert {(each.version, each.variant) for each in made} == {(7, uuid.RFC_4122)}

    def test_the_example_of_the_specification(self) -> None:
        """RFC 9562, appendix A.6: 2022-02-22 14:22:22 -05:00 with the random bits CC3 and 18C4DC0C0C07398F."""
        clock = FixedClock(datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC))
        ids = Uuid7Generator(clock, random_bits=lambda _: 0xCC3 << 62 | 0x18C4DC0C0C07398F)
        assert ids.new_id("tpl") == "tpl_017f22e279b07cc398c4dc0c0c07398f"

    def test_ids_of_one_millisecond_grow(self) -> None:
        ids = Uuid7Generator(FixedClock())
        made = [ids.new_id("tpl") for _ in range(1_000)]
        assert made == sorted(set(made))
        assert len({milliseconds_of(each) for each in made}) == 1

    def test_a_clock_that_goes_back_does_not_take_the_order_back(self) -> None:
        clock = FixedClock()
        ids = Uuid7Generator(clock)
        before = ids.new_id("tpl")
        clock.advance(-timedelta(hours=1))
        assert ids.new_id("tpl") > before

    def test_a_random_part_that_is_used_up_takes_the_next_millisecond(self) -> None:
        ids = Uuid7Generator(FixedClock(), random_bits=lambda _: (1 << 74) - 1)
        first, second = ids.new_id("tpl"), ids.new_id("tpl")
        assert milliseconds_of(second) == milliseconds_of(first) + 1

    def test_two_generators_do_not_make_the_same(self) -> None:
        clock = FixedClock()
        assert Uuid7Generator(clock).new_id("tpl") != Uuid7Generator(clock).new_id("tpl")

    def test_threads_do_not_get_the_same(self, ids: Uuid7Generator) -> None:
        with ThreadPoolExecutor(8) as pool:
            batches = list(pool.map(lambda _: [ids.new_id("tpl") for _ in range(2_000)], range(8)))
        assert len({each for batch in batches for each in batch}) == 16_000
        assert all(batch == sorted(batch) for batch in batches)
