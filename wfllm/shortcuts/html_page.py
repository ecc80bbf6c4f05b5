"""An HTML page in one file that asks for no network: its policy allows its own styles and script by their
hashes and nothing else, so that even what slipped through escaping could neither run nor load anything."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from wfllm.shortcuts.chart_text import escape


def html_page(title: str, body: str, styles: Sequence[str], script: str = "") -> str:
    """The page, as well-formed XML.

    Args:
        title: escaped here.
        body: what stands between `<body>` and `</body>`, escaped already.
        styles: sheets of ours.
        script: ours; empty for a page without one.
    """
    policy = (
        f"default-src 'none'; style-src {' '.join(map(_hash, styles))}; base-uri 'none'; form-action 'none'"
    )
    if script:
        policy += f"; script-src {_hash(script)}"
    sheets = "".join(f"<style>{style}</style>\n" for style in styles)
    code = f"<script>{script}</script>\n" if script else ""
    return f"""<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta http-equiv="Content-Security-Policy" content="{policy}"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta name="referrer" content="no-referrer"/>
<title>{escape(title)}</title>
{sheets}</head>
<body>
{body}
{code}</body>
</html>
"""


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"
