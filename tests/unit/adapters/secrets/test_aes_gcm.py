"""Secrets as they are stored."""

import pytest
from typing_extensions import override

from adapters.secrets.aes_gcm import AesGcmSecretBox
from application.ports.secret_box import SealBrokenError
from tests.contracts.secret_box import SECRET, SecretBoxContract

KEYS = ["a key of the service"]


class TestAesGcmSecretBox(SecretBoxContract):
    @pytest.fixture
    @override
    def box(self) -> AesGcmSecretBox:
        return AesGcmSecretBox(KEYS, "webhooks")

    @pytest.fixture
    @override
    def other_box(self) -> AesGcmSecretBox:
        return AesGcmSecretBox(["another one"], "webhooks")

    def test_nothing_of_a_secret_is_stored_and_nothing_twice(self, box: AesGcmSecretBox) -> None:
        sealed = box.seal(SECRET, "whk_1")
        assert SECRET[:8] not in sealed
        assert box.seal(SECRET, "whk_1") != sealed

    def test_a_key_made_for_something_else_opens_nothing(self, box: AesGcmSecretBox) -> None:
        with pytest.raises(SealBrokenError):
            AesGcmSecretBox(KEYS, "links").open(box.seal(SECRET, "whk_1"), "whk_1")

    def test_after_a_change_of_the_key_what_the_one_before_has_sealed_is_opened(self, box: AesGcmSecretBox) -> None:
        changed = AesGcmSecretBox(["a new key", *KEYS], "webhooks")
        assert changed.open(box.seal(SECRET, "whk_1"), "whk_1") == SECRET
        with pytest.raises(SealBrokenError):
            box.open(changed.seal(SECRET, "whk_1"), "whk_1")

    def test_not_one_bit_can_be_changed(self, box: AesGcmSecretBox) -> None:
        sealed = box.seal(SECRET, "whk_1")
        for place in range(len(sealed)):
            with pytest.raises(SealBrokenError):
                box.open(sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :], "whk_1")
