"""Somebody looks on while a run trains, and may stop it after a validation."""

from __future__ import annotations

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback

from wfllm.tracking.run_folder import RunFolder


class Watch(Callback):
    """Told of a run's folder and of every validation. This one only looks; a search reports and prunes."""

    shows_results = True
    """Whether the run prints what it came to when it ends."""

    def opened(self, folder: RunFolder) -> None:
        """The run's folder is known: finished already, or locked for this process."""

    def validated(self) -> None:
        """A validation is over and its losses are in the folder. RunPruned, raised here, stops the run."""

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.validated()
