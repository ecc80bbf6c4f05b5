"""What is known about each API: its parameters, what it returns, in words and as Python stubs."""

from wfllm.shortcuts.catalogue.load import Catalogue, load_catalogue, read_tables

__all__ = ["Catalogue", "load_catalogue", "read_tables"]
