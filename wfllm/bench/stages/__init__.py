"""Building a dataset stage by stage: each reads the last one's files and writes its own, resumable."""
