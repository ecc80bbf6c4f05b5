"""The metrics by name. Nothing heavy is imported, so that tables and checks of configs answer at once."""

METRICS = {
    "codebleu": "CodeBLEU",
    "ngram": "· n-gram",
    "weighted_ngram": "· weighted n-gram",
    "syntax": "· syntax",
    "dataflow": "· data flow",
    "parses": "parses",
    "known_apis": "known APIs only",
    "defined": "names defined",
}
"""Metric → heading, in the order people read them. All are shares of 1; more is better."""
