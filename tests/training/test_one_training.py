"""One whole training among the fast tests; what the others of this folder train is slow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.conftest import make_samples

pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"
)


def test_a_training_that_was_killed_goes_on_to_the_same_weights_and_losses(tmp_path: Path) -> None:
    """LoRA with dropout, killed once after a step, by the test of the slow ones that does it everywhere."""
    from tests.training.test_exactness import test_killed_and_resumed_equals_uninterrupted_to_the_last_bit

    test_killed_and_resumed_equals_uninterrupted_to_the_last_bit(
        tmp_path, make_samples(9), "on_train_batch_end"
    )
