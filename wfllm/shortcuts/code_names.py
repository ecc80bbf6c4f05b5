"""What the names in a workflow's code stand for: outputs of actions, variables, results of blocks."""

from __future__ import annotations

import ast
import hashlib
import itertools
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from wfllm.shortcuts.names import LOOP_VARIABLE, RESULT
from wfllm.shortcuts.read_statements import appended, makes_variable
from wfllm.shortcuts.syntax import Placed, blocks_of, preorder
from wfllm.shortcuts.tokens import Token

_NAMESPACE = uuid.UUID("6f0cf3e5-6b7c-5d62-9d5a-0a9a4b0c7f11").bytes


def uuid_for(text: str) -> str:
    """A UUID that is always the same for the same text, as Shortcuts writes them."""
    # uuid.uuid5 makes the same, ten times as slowly
    digest = bytearray(hashlib.sha1(_NAMESPACE + text.encode("utf-8", "surrogatepass")).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    whole = digest.hex().upper()
    return f"{whole[:8]}-{whole[8:12]}-{whole[12:16]}-{whole[16:20]}-{whole[20:]}"


def result_statement(body: list[ast.stmt]) -> tuple[str, ast.expr] | None:
    """`(name, value)` where the last statement of a branch says what the block's result is."""
    last = body[-1] if body else None
    if isinstance(last, ast.Assign) and len(last.targets) == 1 and isinstance(last.targets[0], ast.Name):
        found: tuple[str, ast.expr] | None = (last.targets[0].id, last.value)
    else:
        found = appended(last) if last is not None else None
    return found if found is not None and RESULT.fullmatch(found[0]) else None


class CodeNames:
    """The names of one workflow.

    Args:
        tree: its code.
        hints: `names` of the sidecar; what is damaged in it is ignored.
        placed: `preorder(tree)`, where it is known already.
        taken: UUIDs of the file's outputs, which no other output may get.
    """

    def __init__(
        self,
        tree: ast.Module,
        hints: Any,
        placed: list[Placed] | None = None,
        taken: Iterable[str] = (),
    ) -> None:
        self._tree = tree
        self.results: set[str] = set()
        """Names of block results."""
        self.variables: set[str] = set()
        self.outputs: set[str] = set()
        self.aliases: list[dict[str, str]] = []
        """Names that loops give Repeat Item and Repeat Index, innermost last."""
        self.left: set[str] = set()
        """Names of loops that are over and that nothing has set since."""
        known = hints if isinstance(hints, Mapping) else {}
        self._outputs = _table(known.get("outputs"))
        self._authors = _table(known.get("variables"))
        self._missing = _table(known.get("missing"))
        self._tokens: dict[str, Token] = {}
        self._python = {shown: name for name, shown in self._authors.items() if isinstance(shown, str)}
        """Name of a variable in the file → its name in the code, where the two differ."""
        outputs = (hint.get("uuid") for hint in self._outputs.values() if isinstance(hint, dict))
        known_uuids = (*outputs, *self._missing.values(), *taken)
        self._taken = frozenset(uuid for uuid in known_uuids if isinstance(uuid, str))
        self._scan(preorder(tree) if placed is None else placed)

    def _scan(self, placed: list[Placed]) -> None:
        for here in placed:
            if isinstance(here.node, (ast.If, ast.For, ast.Match)):
                for body in blocks_of(here.node):
                    found = result_statement(body)
                    if found is not None and isinstance(here.node, ast.For) == found[0].startswith("Repeat"):
                        self.results.add(found[0])
        for here in placed:
            node = here.node
            add = appended(node)
            if add is not None and add[0] not in self.results:
                self.variables.add(add[0])
            if (
                isinstance(node, ast.Assign)
                and len(node.targets) == 1
                and isinstance(node.targets[0], ast.Name)
            ):
                name = node.targets[0].id
                if name not in self.results:
                    (self.variables if makes_variable(node.value) else self.outputs).add(name)

    def token_of(self, name: str) -> Token:
        """What a name refers to. One that nothing sets is a variable: Shortcuts takes it as empty."""
        for alias in reversed(self.aliases):
            if name in alias:
                return Token("Variable", alias[name])
        known = self._tokens.get(name)
        if known is None:
            output = name not in self.variables and (name in self.results or name in self.outputs)
            known = self.output(name) if output else Token("Variable", self.author(name))
            self._tokens[name] = known
        return known

    def loop_sets(self, name: str) -> bool:
        """Whether a loop around the statement gives a name its value: nothing else can."""
        return any(name in alias and alias[name] != self.author(name) for alias in self.aliases)

    def made_up(self, text: str) -> str:
        """A UUID that is always the same for the same text, and none that the file has."""
        made, count = uuid_for(text), 1
        while made in self._taken:
            count += 1
            made = uuid_for(f"{text} {count}")
        return made

    def output(self, name: str) -> Token:
        """The output that goes by a name."""
        hint = self._outputs.get(name)
        known, shown = (hint.get("uuid"), hint.get("shown")) if isinstance(hint, dict) else (None, None)
        return Token(
            "ActionOutput",
            known if isinstance(known, str) and known else self.made_up(f"output {name}"),
            shown if isinstance(shown, str) else name.replace("_", " "),
        )

    def output_fields(self, name: str) -> dict[str, Any]:
        """The keys that give an action's output its name. People see the name of the code."""
        hint = self._outputs.get(name)
        custom = hint.get("custom") if isinstance(hint, dict) else name.replace("_", " ").strip()
        token = self.token_of(name)
        fields = {"UUID": token.name if token.kind == "ActionOutput" else self.output(name).name}
        return {**fields, "CustomOutputName": custom} if isinstance(custom, str) and custom else fields

    def author(self, name: str) -> str:
        """The variable's name in the shortcut."""
        hint = self._authors.get(name)
        if isinstance(hint, str) and hint:
            return hint
        if LOOP_VARIABLE.fullmatch(name):
            return name.replace("_", " ")
        if not self._is_anothers(name):
            return name
        numbered = (f"{name} {count}" for count in itertools.count(2))
        return next(shown for shown in numbered if shown not in self._python)

    def _is_anothers(self, shown: str) -> bool:
        """Whether another variable of this code has a name in the shortcut."""
        python = self._python.get(shown)
        return python is not None and any(
            isinstance(node, ast.Name) and node.id == python for node in ast.walk(self._tree)
        )

    def missing(self, shown: str) -> Token:
        """An output that no action makes."""
        hint = self._missing.get(shown)
        uuid = hint if isinstance(hint, str) and hint else self.made_up(f"missing {shown}")
        return Token("ActionOutput", uuid, shown)


def _table(hint: Any) -> Mapping[str, Any]:
    return hint if isinstance(hint, Mapping) else {}
