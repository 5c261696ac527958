"""The contract of `SecretBox`."""

from abc import ABC, abstractmethod

import pytest

from application.ports.secret_box import SealBrokenError, SecretBox

SECRET = bytes(range(32))


class SecretBoxContract(ABC):
    """Promises of every box."""

    @pytest.fixture
    @abstractmethod
    def box(self) -> SecretBox:
        """Give a box."""

    @pytest.fixture
    @abstractmethod
    def other_box(self) -> SecretBox:
        """Give a box with another key."""

    def test_what_is_sealed_can_be_opened(self, box: SecretBox) -> None:
        assert box.open(box.seal(SECRET, "whk_1"), "whk_1") == SECRET
        assert box.open(box.seal(b"", "whk_1"), "whk_1") == b""

    def test_another_owner_another_key_and_damage_break_the_seal(self, box: SecretBox, other_box: SecretBox) -> None:
        sealed = box.seal(SECRET, "whk_1")
        with pytest.raises(SealBrokenError):
            box.open(sealed, "whk_2")
        with pytest.raises(SealBrokenError):
            other_box.open(sealed, "whk_1")
        for damaged in (b"", sealed[:5], sealed[:-1], b"\x00" + sealed[1:]):
            with pytest.raises(SealBrokenError):
                box.open(damaged, "whk_1")
