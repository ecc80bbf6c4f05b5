"""What real files hold where: kinds of value of parameters and items, parts of tokens."""

from __future__ import annotations

from wfllm.shortcuts.tree import COUNT, EACH, IF, MENU

P = "is.workflow.actions."
STRING, ATTACHMENT = "WFTextTokenString", "WFTextTokenAttachment"
TEXTS = frozenset(("str", STRING))
REFERENCES = frozenset((ATTACHMENT,))
NUMBERS = frozenset(("str", "int", "float", ATTACHMENT))
SUBJECTS: dict[str, dict[str, frozenset[str]]] = {
    P + "setvariable": {"WFInput": REFERENCES},
    P + "appendvariable": {"WFInput": REFERENCES},
    P + "getvariable": {"WFVariable": REFERENCES},
    P + "gettext": {"WFTextActionText": TEXTS},
    P + "comment": {"WFCommentActionText": TEXTS},
    P + "number": {"WFNumberActionNumber": NUMBERS},
    P + "list": {"WFItems": frozenset(("list",))},
    P + "dictionary": {"WFItems": frozenset(("WFDictionaryFieldValue",))},
    P + "getvalueforkey": {
        "WFInput": REFERENCES,
        "WFDictionaryKey": TEXTS,
        "WFGetDictionaryValueType": frozenset(("str",)),
    },
    P + "ask": {
        "WFAskActionPrompt": TEXTS,
        "WFAskActionDefaultAnswer": TEXTS,
        "WFAskActionDefaultAnswerNumber": TEXTS,
    },
    P + "runworkflow": {
        "WFInput": REFERENCES,
        "WFWorkflow": frozenset(("dict", ATTACHMENT)),
        "WFWorkflowName": frozenset(("str", ATTACHMENT)),
    },
    P + "output": {"WFOutput": TEXTS, "WFResponse": TEXTS},
    P + "exit": {"WFResult": TEXTS | REFERENCES},
    IF: {
        "WFInput": frozenset(("Variable", ATTACHMENT)),
        "WFConditionalActionString": TEXTS,
        "WFNumberValue": NUMBERS,
        "WFAnotherNumber": NUMBERS,
        "WFConditions": frozenset(("WFContentPredicateTableTemplate",)),
    },
    EACH: {"WFInput": REFERENCES},
    COUNT: {"WFRepeatCount": NUMBERS - {"str"}},
    MENU: {"WFMenuPrompt": TEXTS, "WFMenuItems": frozenset(("list",))},
}
"""Kinds of value of the actions that the dialect writes as syntax; those of other actions vary more."""

TOKENS: dict[str, tuple[str, ...]] = {
    "ActionOutput": ("OutputUUID",),
    "Variable": ("VariableName",),
    "ExtensionInput": (),
    "CurrentDate": (),
    "Ask": (),
    "Clipboard": (),
    "DeviceDetails": (),
    "Input": (),
}
"""Types of tokens, with the texts each must have."""
STEPS: dict[str, tuple[str, ...]] = {
    "WFCoercionVariableAggrandizement": ("CoercionItemClass",),
    "WFDictionaryValueVariableAggrandizement": ("DictionaryKey",),
    "WFPropertyVariableAggrandizement": ("PropertyName",),
    "WFDateFormatVariableAggrandizement": (),
    "WFUnitVariableAggrandizement": (),
}

ITEMS: tuple[tuple[str, ...], ...] = (
    (STRING, "str"),
    ("WFDictionaryFieldValue", "WFDictionarySubstitutableParameterState"),
    ("WFArrayParameterState", "WFArraySubstitutableParameterState"),
    (STRING, "str"),
    ("WFNumberSubstitutableState",),
    ("WFTokenAttachmentParameterState",),
)
"""Kinds of value by WFItemType: text, dictionary, list, number, boolean, file."""
