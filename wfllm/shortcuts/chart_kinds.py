"""What sort of thing an action is: the colour of its box and the sign on it."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

from wfllm.shortcuts.stats import BUILTIN, app_of
from wfllm.shortcuts.tree import BLOCKS, MENU

# The first pattern that is found in an identifier's last part decides.
_PATTERNS = [
    ("flow", r"^(conditional|repeat\.|choosefrommenu|exit|output|nothing|delay|waittoreturn)"),
    ("data", r"^(set|append|get)variable|valueforkey|dictionary|list|^count$|^filter\.files"),
    ("shortcut", r"runworkflow|workflow|runscript|runsshscript|runshellscript|runapplescript|runjavascript"),
    ("ask", r"^(ask|alert|notification|showresult|choosefromlist|vibrate|playsound|previewdocument|"
            r"dictate|speak)"),
    ("date", r"date|calendar|reminder|timer|alarm|event|timebetween"),
    ("talk", r"message|email|contact|call|facetime|person|share|airdrop|tweet|post|mail|phonenumber"),
    ("media", r"photo|image|video|media|music|song|audio|playlist|camera|screenshot|gif|volume|podcast|"
              r"overlay|mask|record|itunes|animat|trim|artwork|shazam"),
    ("place", r"location|map|direction|travel|distance|weather|address|business|place|health|workout"),
    ("web", r"url|web|rss|http|safari|ssh|ipaddress|appstore|article|page|giphy|search|link"),
    ("file", r"document|file|zip|archive|pdf|folder|itemname|drive|dropbox|evernote|note|markup"),
    ("number", r"math|number|round|random|calculate|measurement|statistics|expression|format\.filesize"),
    ("device", r"battery|device|wifi|bluetooth|cellular|brightness|flashlight|power|airplane|dnd|appearance|"
               r"openapp|lockscreen|handoff|wallpaper|clipboard|getonscreen|orientation|quit|hide|sleep|window"),
    ("text", r"text|base64|hash|markdown|html|spelling|language|barcode|definition|emoji|dictionary|detect|"
             r"comment|translate|name"),
]  # fmt: skip
_COMPILED = [(kind, re.compile(pattern)) for kind, pattern in _PATTERNS]
APP_COLOURS = 6

COLOURS = {
    "flow": "#64748b",
    "data": "#c2620c",
    "shortcut": "#475569",
    "ask": "#0e8a7d",
    "date": "#d03a3a",
    "talk": "#2f8f3e",
    "media": "#a83fc0",
    "place": "#1f7fa8",
    "web": "#2467d6",
    "file": "#5a62d8",
    "number": "#7a52c7",
    "device": "#7a5c46",
    "text": "#a57a05",
    "other": "#6b7280",
    "app0": "#c0386f",
    "app1": "#4d7c0f",
    "app2": "#0e7490",
    "app3": "#b4530f",
    "app4": "#3d63b8",
    "app5": "#7c3a8f",
}
"""Colour of each kind's sign, dark enough for a white drawing on it in either mode."""

NAMES = {
    "flow": "control flow",
    "data": "variables and lists",
    "shortcut": "shortcuts and scripts",
    "ask": "asking and telling",
    "date": "dates and reminders",
    "talk": "people and messages",
    "media": "pictures and sound",
    "place": "places, weather, health",
    "web": "web",
    "file": "files and notes",
    "number": "numbers",
    "device": "device",
    "text": "text",
    "other": "other actions",
}
"""What the legend says."""

SIGNS = {
    "flow": "M8 2.5v11M4.5 10 8 13.5 11.5 10",
    "if": "M8 2.5 13.5 8 8 13.5 2.5 8z",
    "loop": "M12.8 6.2A5.2 5.2 0 1 0 13.2 8.6M13.4 2.8v3.6H9.8",
    "menu": "M3 4.5h1M7 4.5h6M3 8h1M7 8h6M3 11.5h1M7 11.5h6",
    "data": "M6 2.8C3.6 2.8 5.4 7.2 3 8c2.4.8.6 5.2 3 5.2M10 2.8c2.4 0 .6 4.4 3 5.2-2.4.8-.6 5.2-3 5.2",
    "shortcut": "M3 8.5 8 6l5 2.5-5 2.5zM3 11.5 8 14l5-2.5M3 5.5 8 3l5 2.5",
    "ask": "M3 3.5h10v7H8L5 13v-2.5H3z",
    "date": "M3 4h10v9H3zM3 7h10M5.5 2.5v2M10.5 2.5v2",
    "talk": "M8 7.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5c.6-6 9.4-6 10 0",
    "media": "M2.5 3.5h11v9h-11zM3 11l3.2-3.5L9 10.5l1.8-1.7 2.4 2.4M10.6 5.7v.1",
    "place": "M8 14C5 10.5 3.8 8.6 3.8 6.5a4.2 4.2 0 0 1 8.4 0C12.2 8.6 11 10.5 8 14zM8 6.4v.2",
    "web": "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM2.5 8h11"
    "M8 2.5c-3.2 3.5-3.2 7.5 0 11 3.2-3.5 3.2-7.5 0-11",
    "file": "M4 2.5h5.5L12 5v8.5H4zM9.3 2.7v2.6H12",
    "number": "M6.2 3 5 13M11 3 9.8 13M3 6.2h10.3M2.7 9.8H13",
    "device": "M4.8 2.5h6.4v11H4.8zM7.3 11.8h1.4",
    "text": "M3.5 5V3.5h9V5M8 3.5v9M6 12.5h4",
    "other": "M4 8h.1M8 8h.1M12 8h.1",
}
"""Line drawings on a 16 × 16 grid."""


@lru_cache(maxsize=4096)
def kind_of(identifier: str) -> str:
    """Key of COLOURS: by purpose for the system's own actions, by app for the others."""
    app = app_of(identifier)
    if app and not app.startswith("com.apple."):
        return f"app{zlib.crc32(app.encode('utf-8', 'surrogatepass')) % APP_COLOURS}"
    tail = identifier[len(BUILTIN) :] if not app else identifier[len(app) + 1 :]
    for kind, pattern in _COMPILED:
        if pattern.search(tail[:200].lower()):
            return kind
    return "other"


def sign_of(identifier: str) -> str:
    """Key of SIGNS; empty for an app, which shows its initial."""
    if identifier in BLOCKS:
        return "menu" if identifier == MENU else "if" if identifier.endswith("conditional") else "loop"
    kind = kind_of(identifier)
    return kind if kind in SIGNS else ""


def app_name(identifier: str) -> str:
    """The app's name as its bundle spells it: `dk.simonbs.DataJar.GetValueIntent` → `DataJar`."""
    app = app_of(identifier)
    parts = [p for p in app.split(".") if p and p.lower() not in ("ios", "app", "mobile", "com", "shortcuts")]
    return (parts[-1] if parts else app)[:40]
