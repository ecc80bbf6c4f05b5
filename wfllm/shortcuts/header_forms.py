"""What stands at the head of a shortcut in its file, and the words the editor has for it."""

from __future__ import annotations

import re
from typing import Any

CLASSES, NO_INPUT, QUESTIONS, TYPES = (
    "WFWorkflowInputContentItemClasses",
    "WFWorkflowNoInputBehavior",
    "WFWorkflowImportQuestions",
    "WFWorkflowTypes",
)
HAS_INPUT, HAS_FALLBACK = "WFWorkflowHasShortcutInputVariables", "WFWorkflowHasOutputFallback"
"""Whether an action looks at the input; whether one says what happens where nothing takes the output."""
SHARED = "ActionExtension"
"""The place that shows what a shortcut accepts: where things are shared."""
BEHAVIOUR = "WFWorkflowNoInputBehavior"
WORD_OF_BEHAVIOUR = {
    f"{BEHAVIOUR}AskForInput": "ask for",
    f"{BEHAVIOUR}GetClipboard": "get clipboard",
    f"{BEHAVIOUR}ShowError": "stop and respond",
}
WORD_OF_CLASS = {
    "WFAppContentItem": "Apps",
    "WFAppStoreAppContentItem": "App Store Apps",
    "WFArticleContentItem": "Articles",
    "WFContactContentItem": "Contacts",
    "WFDateContentItem": "Dates",
    "WFEmailAddressContentItem": "Email Addresses",
    "WFGenericFileContentItem": "Files",
    "WFFolderContentItem": "Folders",
    "WFImageContentItem": "Images",
    "WFiTunesProductContentItem": "iTunes Products",
    "WFLocationContentItem": "Locations",
    "WFDCMapsLinkContentItem": "Maps Links",
    "WFAVAssetContentItem": "Media",
    "WFPDFContentItem": "PDFs",
    "WFPhoneNumberContentItem": "Phone Numbers",
    "WFPhotoMediaContentItem": "Photos",
    "WFRichTextContentItem": "Rich Text",
    "WFSafariWebPageContentItem": "Safari Web Pages",
    "WFStringContentItem": "Text",
    "WFURLContentItem": "URLs",
}
"""Kinds of input, in the editor's words."""
_NEWER = {"WFAppContentItem", "WFFolderContentItem"}
_ALL = set(WORD_OF_CLASS) - {"WFPhotoMediaContentItem"}
ANYTHING = (frozenset(_ALL), frozenset(_ALL - {"WFAppContentItem"}), frozenset(_ALL - _NEWER))
"""What "Any" was in the versions of the app, the newest first."""
SETTINGS: dict[str, Any] = {
    "WFWorkflowMinimumClientVersion": 900,
    "WFWorkflowMinimumClientVersionString": "900",
    "WFWorkflowClientVersion": "2302.0.4",
    "WFWorkflowIcon": {"WFWorkflowIconStartColor": 463140863, "WFWorkflowIconGlyphNumber": 59511},
    QUESTIONS: [],
    TYPES: [],
    CLASSES: sorted(ANYTHING[1]),
    "WFWorkflowOutputContentItemClasses": [],
    HAS_FALLBACK: False,
    HAS_INPUT: False,
}
"""Top-level keys of a shortcut compiled from code alone that says nothing of them."""


def accepts_anything(classes: Any) -> bool:
    """Whether a list of kinds of input is all that a version of the app knows."""
    return isinstance(classes, list) and all(isinstance(c, str) for c in classes) and set(classes) in ANYTHING


def is_class(word: str) -> bool:
    """Whether a text may be the name of a kind of input that has no word here."""
    return re.fullmatch(r"WF\w+|\w+Item", word) is not None
