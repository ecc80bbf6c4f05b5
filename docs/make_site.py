"""`python docs/make_site.py [FOLDER]`: the documentation as a site, `site/` unless said otherwise.

The pages are the Markdown files of the repository as they are, laid out as they lie there, so that a link
that works on one works on the other. A link to nowhere, or to a heading that is not there, ends it with
status 1.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHOWN = {".md", ".svg", ".png", ".js"}
"""What of the folders is a page, or on one."""


def sources() -> list[Path]:
    """Files that go into the site, relative to the root."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "LICENSE"]
    for folder in ("docs", "experiments"):
        found += [p for p in sorted((ROOT / folder).rglob("*")) if p.suffix in SHOWN]
    return [p.relative_to(ROOT) for p in found]


def settings() -> str:
    """`zensical.toml` with the pages of each experiment in its navigation: question, then results."""
    text = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    first = "experiments/README.md"
    found = []
    for page in sorted((ROOT / "experiments").glob("*/README.md")):
        found += [page, *sorted(page.parent.glob("results/*/*.md"))]
    named = [first, *(page.relative_to(ROOT).as_posix() for page in found)]
    return text.replace(f'"{first}",', "".join(f'"{page}", ' for page in named))


def make_site(target: Path) -> int:
    """Write the site to `target`, in place of what lies there; the exit status. A failure changes nothing."""
    if importlib.util.find_spec("zensical") is None:
        print("No zensical here, which makes the site: pip install 'wfllm[docs]', with Python 3.11 or later.")
        return 1
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "zensical.toml").write_text(settings(), encoding="utf-8")
        for path in sources():
            (work / "source" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, work / "source" / path)
        done = subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=work, check=False)
        if done.returncode == 0:
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(work / "site", target)
    return done.returncode


if __name__ == "__main__":
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "site")
    status = make_site(target)
    if status == 0:
        print(f"Open {target / 'index.html'}")
    sys.exit(status)
