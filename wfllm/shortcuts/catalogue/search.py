"""Which APIs fit a request: BM25 (Robertson and Zaragoza, 2009) over titles and descriptions, by bm25s."""

from __future__ import annotations

import re

from wfllm.shortcuts.catalogue.lookup import Catalogue


def best_apis(query: str, catalogue: Catalogue, count: int) -> list[str]:
    """Identifiers of the `count` APIs whose documentation fits the request best, best first.

    The paper gives a model the right APIs; a person who asks for a workflow names none.
    """
    import bm25s
    import numpy as np

    apis = [api for api in catalogue.values() if api.called]
    texts = [_words(f"{a.title} {a.title} {a.description} {a.identifier.rsplit('.', 1)[-1]}") for a in apis]
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(texts, stopwords="en", show_progress=False), show_progress=False)
    asked = bm25s.tokenize(_words(query), stopwords="en", show_progress=False, return_ids=False)
    scores = retriever.get_scores(asked[0])
    order = np.argsort(-scores, kind="stable")[:count]
    return [apis[i].identifier for i in order if scores[i] > 0]


def _words(text: str) -> str:
    """Lower-case words, camel case taken apart, plural s dropped."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return " ".join(re.sub(r"s$", "", word) for word in re.findall(r"[a-z]{2,}", apart.lower()))
