"""The contract of `IdGenerator`."""

from abc import ABC, abstractmethod

import pytest

from application.ports.id_generator import IdGenerator
from domain.identifiers import RENDER_PREFIX, TEMPLATE_PREFIX, WORKSPACE_PREFIX, is_id


class IdGeneratorContract(ABC):
    """Promises of every source of identifiers."""

    @pytest.fixture
    @abstractmethod
    def ids(self) -> IdGenerator:
        """Give the generator under test."""

    @pytest.mark.parametrize("prefix", [TEMPLATE_PREFIX, RENDER_PREFIX, WORKSPACE_PREFIX])
    def test_an_id_has_the_form_that_the_domain_knows(self, ids: IdGenerator, prefix: str) -> None:
        assert is_id(ids.new_id(prefix), prefix)

    def test_later_ids_sort_behind_earlier_ones_and_none_comes_twice(self, ids: IdGenerator) -> None:
        made = [ids.new_id(TEMPLATE_PREFIX) for _ in range(5_000)]
        assert made == sorted(set(made))
