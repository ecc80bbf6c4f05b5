"""Which importer reads which file: told by what is in it, not by its name alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wfllm.errors import WfllmError
from wfllm.shortcuts.catalogue import actionsdata, apple, described, intentdefinition
from wfllm.shortcuts.catalogue.imported import Imported, bytes_of, json_of, plist_of
from wfllm.shortcuts.catalogue.infer import Inference
from wfllm.shortcuts.catalogue.load import read_tables
from wfllm.shortcuts.catalogue.published import import_published
from wfllm.shortcuts.reader import SUFFIXES as SHORTCUTS
from wfllm.shortcuts.reader import read

DEFINITIONS = (".yaml", ".yml", ".actionsdata", ".intentdefinition", ".plist", ".json", ".jsonl")
_BUNDLE = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+){2,}")
_OWN_SUFFIX = re.compile(r"\.(?:actionsdata|intentdefinition|json|plist|app|appex|framework|bundle)$")
_LEVELS = 6
_MANIFESTS = ("Info.plist", "Contents/Info.plist", "Resources/Info.plist")


def find_sources(inputs: list[str]) -> list[Path]:
    """The files that file names, folders (searched with all their folders) and globs stand for.

    Raises:
        WfllmError: one of them stands for none.
    """
    found: dict[Path, None] = {}
    for text in inputs:
        path = Path(text).expanduser()
        try:
            if path.is_dir():
                files = [Path(here, name) for here, _, names in os.walk(path) for name in names]
                files = sorted(f for f in files if f.suffix.lower() in {*DEFINITIONS, *SHORTCUTS})
            elif os.path.lexists(path):
                files = [path]
            else:
                anchor = Path(path.anchor) if path.anchor else Path()
                files = sorted(p for p in anchor.glob(str(path.relative_to(anchor))) if not p.is_dir())
        except (OSError, ValueError, NotImplementedError, IndexError) as fault:
            raise WfllmError(
                f"cannot be looked up ({fault})", where=f"input={text}", mend="Check it."
            ) from fault
        if not files:
            mend = f"Files end in {', '.join(sorted({*DEFINITIONS, *SHORTCUTS}))}."
            raise WfllmError("nothing to read there", where=f"input={text}", mend=mend)
        found.update(dict.fromkeys(files))
    return list(found)


def import_file(path: Path, use: Inference, bundle: str | None = None) -> Imported:
    """The APIs that a file defines; the uses in a shortcut go into `use`.

    Args:
        bundle: bundle id of the app, for files that do not say whose they are; by default that of the
            app they lie in, or the name of the file or of a folder above it that looks like one.

    Raises:
        WfllmError: nothing that any importer reads.
    """
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml"):
        return Imported("user", str(path), list(read_tables([path], "user").values()))
    if suffix == ".jsonl":
        return import_published(bytes_of(path), str(path))
    if suffix in (".actionsdata", ".json"):
        made = _import_json(path, bundle)
    elif suffix in (".intentdefinition", ".plist", ".xml"):
        made = _import_plist(path, bundle)
    else:
        made = None
    return made if made is not None else _use(path, use)


def _import_json(path: Path, bundle: str | None) -> Imported | None:
    document = json_of(bytes_of(path), path)
    if actionsdata.is_actionsdata(document):
        return actionsdata.import_actionsdata(document, bundle or bundle_of(path), str(path))
    if described.is_described(document):
        return described.import_described(document, str(path))
    if path.suffix.lower() == ".actionsdata":
        raise WfllmError("no table of actions in it", where=path, mend="Give the file as Xcode wrote it.")
    return None


def _import_plist(path: Path, bundle: str | None) -> Imported | None:
    document = plist_of(bytes_of(path), path)
    if intentdefinition.is_intentdefinition(document):
        return intentdefinition.import_intentdefinition(document, bundle or bundle_of(path), str(path))
    if apple.is_actions(document):
        return apple.import_actions(document, str(path))
    if path.suffix.lower() == ".intentdefinition":
        raise WfllmError("no list of intents in it", where=path, mend="Give the file as Xcode wrote it.")
    return None


def _use(path: Path, use: Inference) -> Imported:
    made = Imported("inferred", str(path))
    read_any = False
    for source in read(path):
        if source.plist is not None:
            read_any = True
            use.add(source.plist)
        elif source.error is not None:
            made.notes.append(source.error.line())
    if not read_any:
        cause = made.notes[0].removeprefix(f"{path}: ") if made.notes else "holds no shortcut"
        raise WfllmError(cause, where=path)
    return made


def bundle_of(path: Path) -> str:
    """Bundle id of the app that a file of definitions lies in.

    Raises:
        WfllmError: nothing near it tells.
    """
    for manifest in _manifests(path):
        try:
            facts = plist_of(bytes_of(manifest), manifest)
        except WfllmError:
            continue
        named: Any = facts.get("CFBundleIdentifier") if isinstance(facts, dict) else None
        if isinstance(named, str) and _BUNDLE.fullmatch(named):  # in a source tree it is a variable
            return named
    for part in reversed(path.parts[-_LEVELS:]):
        name = _OWN_SUFFIX.sub("", part)
        if _BUNDLE.fullmatch(name):
            return name
    raise WfllmError(
        "does not say whose app it is",
        where=path,
        mend="Give bundle=com.example.app, or put it into a folder of that name.",
    )


def _manifests(path: Path) -> Iterator[Path]:
    for folder in list(path.absolute().parents)[:_LEVELS]:
        yield from (folder / name for name in _MANIFESTS if (folder / name).is_file())
