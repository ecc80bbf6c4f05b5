"""The 28 categories of the gallery that the paper's shortcuts come from (section 3.1)."""

from __future__ import annotations

CATEGORIES: tuple[str, ...] = (
    "Widgets",
    "Food & Drink",
    "News",
    "Photo & Video",
    "Productivity",
    "Graphics & Design",
    "Weather",
    "Books",
    "Snippets",
    "Games",
    "Development Tools",
    "Finance",
    "Jailbreaking",
    "Reference",
    "Travel",
    "Music",
    "Business",
    "Sports",
    "Medical",
    "Education",
    "Navigation",
    "Social Networking",
    "Shopping",
    "Entertainment",
    "Health & Fitness",
    "Lifestyle",
    "Utilities",
    "Kids",
)


def slug(category: str) -> str:
    """`Food & Drink` → `food_and_drink`: the folder of a category."""
    return category.lower().replace("&", "and").replace(" ", "_")


BY_SLUG: dict[str, str] = {slug(category): category for category in CATEGORIES}
"""Folder → category."""
