"""How alike two steps are: cosines of sentence embeddings of their names and of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from wfllm.errors import WfllmError
from wfllm.evaluation.teval.matching import Matrix
from wfllm.evaluation.teval.plan import Step

Encoder = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts → one row of numbers for each."""

ENCODER = "all-mpnet-base-v2"
"""The model T-Eval embeds with."""
NAME_WEIGHT, ARGS_WEIGHT = 0.75, 0.25


def require_encoders() -> None:
    """Raise WfllmError where the library of encoders is not installed. Nothing is imported yet."""
    if find_spec("sentence_transformers") is None:
        raise WfllmError(
            "T-Eval compares steps with sentence-transformers, which is not installed",
            where="encoder",
            mend="Install wfllm[teval].",
        )


def load_encoder(name: str = ENCODER, device: str = "cpu") -> Encoder:
    """A sentence-transformers model as encoder. Each text is embedded once, so equal texts are equal.

    Args:
        name: hub id or folder.

    Raises:
        WfllmError: the library is not installed, or no such model loads.
    """
    require_encoders()
    from sentence_transformers import SentenceTransformer  # only here: it takes seconds to import

    try:
        if not name:
            raise ValueError("no name")
        model = SentenceTransformer(name, device=device)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError) as error:
        raise WfllmError(
            f"no sentence-transformers model loads from here ({error.__class__.__name__})",
            where=name,
            mend="Give the folder of one, or an id of the hub where that can be reached.",
        ) from error
    known: dict[str, npt.NDArray[np.float32]] = {}

    def encode(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            rows = model.encode(new, convert_to_numpy=True, show_progress_bar=False)
            known.update(zip(new, np.asarray(rows, dtype=np.float32), strict=True))
        return np.stack([known[text] for text in texts])

    return encode


def similarity(predicted: Sequence[Step], true: Sequence[Step], encode: Encoder) -> Matrix:
    """How alike every predicted step is to every true one; neither side may be empty."""
    names = _cosines([s.name for s in predicted], [s.name for s in true], encode)
    args = _cosines([s.args for s in predicted], [s.args for s in true], encode)
    return weigh(names, args)


def weigh(names: Matrix, args: Matrix) -> Matrix:
    """0.75 · names + 0.25 · arguments, in float32 like T-Eval's evaluator: ties hang on its rounding."""
    both: Matrix = np.float32(NAME_WEIGHT) * names + np.float32(ARGS_WEIGHT) * args
    return both


def _cosines(left: Sequence[str], right: Sequence[str], encode: Encoder) -> Matrix:
    rows = encode([*left, *right])
    rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-12))
    cosines: Matrix = np.maximum(rows[: len(left)] @ rows[len(left) :].T, np.float32(0))
    return cosines
