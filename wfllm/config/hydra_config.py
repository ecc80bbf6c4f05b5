"""What Hydra makes of the chosen options and the given values.

Hydra reads and merges every file anew for each config, which is most of what composing costs. The same
options of the same files are the same config, so that it is asked once for each choice of options; a sweep
or a search, whose configs differ in values, merges those alone.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.config_search_path import ConfigSearchPath
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from wfllm.config.files import Files, mended_copy
from wfllm.config.groups import conf_dir, roots
from wfllm.config.origins import COMMAND_LINE
from wfllm.config.overrides import CommandLine, parse
from wfllm.config.plugins import plugin_folders
from wfllm.config.problems import ConfigError, Problem
from wfllm.config.reading import stamp

Options = tuple[tuple[str, str], ...]
Stamps = tuple[tuple[Path, int, int], ...]
Choices = dict[str, str | None]
REFUSALS = (HydraException, OmegaConfBaseException, ValueError)


class PluginFolders(SearchPathPlugin):
    """Tells Hydra of the folders of $WFLLM_PLUGINS: it looks there for what `conf/` has not."""

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        for folder in plugin_folders():
            search_path.append("wfllm", f"file://{folder}")


@contextmanager
def hydra_at(folder: Path) -> Iterator[None]:
    """Hydra set up on a folder of configs; whatever Hydra was set up on before is so again afterwards."""
    Plugins.instance().register(PluginFolders)
    before = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        with initialize_config_dir(str(folder), version_base="1.3"):
            yield
    finally:
        GlobalHydra.instance().hydra = before


def hydra_config(
    command: str, line: CommandLine, files: Files, problems: list[Problem]
) -> tuple[DictConfig, Choices]:
    """Let Hydra compose what is sound. Overrides that it refuses are added to `problems`.

    Returns:
        The config, unresolved, to be changed at will, and group → option.
    """
    if not files.problems:
        try:
            return with_values(command, line, files)
        except (*REFUSALS, OSError):
            pass  # which override it is, the long way tells
    return composed_whole(command, line, files, problems)


def with_values(command: str, line: CommandLine, files: Files) -> tuple[DictConfig, Choices]:
    """The config of the options, composed before or now, and the values merged in as Hydra merges `++`."""
    options = tuple(line.chosen.items())
    read = [conf_dir() / f"{command}.yaml", *files.read]
    folders = tuple(roots())
    kept, choices = _of_options(command, folders, options, tuple(stamp(path) for path in read))
    cfg = copy.deepcopy(kept)
    for text in line.forced:
        override = parse(text)
        OmegaConf.update(cfg, override.key_or_group, override.value(), merge=True, force_add=True)
    return cfg, dict(choices)


@lru_cache(maxsize=64)
def _of_options(
    command: str, folders: tuple[Path, ...], options: Options, _stamps: Stamps
) -> tuple[DictConfig, Choices]:
    """Not to be changed. Asked for again where one of the files it is read from has another stamp."""
    with hydra_at(folders[0]):
        cfg = hydra_compose(command, [f"{g}={o}" for g, o in options], return_hydra_config=True)
    choices = _choices(cfg)
    OmegaConf.set_struct(cfg, False)
    cfg.pop("hydra")
    OmegaConf.set_struct(cfg, True)
    return cfg, choices


def composed_whole(
    command: str, line: CommandLine, files: Files, problems: list[Problem]
) -> tuple[DictConfig, Choices]:
    """All by Hydra, from a mended copy of the files where one has a fault. As `hydra_config`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = mended_copy(files, Path(scratch)) if files.problems else conf_dir()
        with hydra_at(folder):
            stand_ins = [f"{group}={option}" for group, option in files.stand_ins.items()]
            chosen = [f"{group}={option}" for group, option in line.chosen.items()]
            sound = list(line.forced)
            try:
                cfg = hydra_compose(command, [*stand_ins, *chosen, *sound], return_hydra_config=True)
            except REFUSALS as error:
                for text in line.forced:
                    try:
                        hydra_compose(command, [*stand_ins, *chosen, text])
                    except REFUSALS as fault:
                        sound.remove(text)
                        problems.append(_refused(text, fault))
                if sound == line.forced:
                    raise ConfigError([_refused("", error)]) from error
                cfg = hydra_compose(command, [*stand_ins, *chosen, *sound], return_hydra_config=True)
    return cfg, _choices(cfg)


def _choices(cfg: DictConfig) -> Choices:
    choices: Choices = dict(cfg.hydra.runtime.choices)
    return {group: option for group, option in choices.items() if not group.startswith("hydra/")}


def _refused(text: str, error: Exception) -> Problem:
    """One line of what Hydra or OmegaConf found, under the override or the key it concerns."""
    key = text.lstrip("+").split("=", 1)[0] or str(getattr(error, "full_key", None) or text or "config")
    cause = error.__cause__ or error
    return Problem(key, COMMAND_LINE if text else "composition", str(cause).strip().split("\n")[0][:200])
