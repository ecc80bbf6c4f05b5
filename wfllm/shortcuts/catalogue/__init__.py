"""What is known about each API: its parameters, what it returns, in words and as Python stubs."""

from wfllm.shortcuts.catalogue.load import load_catalogue, read_tables
from wfllm.shortcuts.catalogue.lookup import Catalogue

__all__ = ["Catalogue", "load_catalogue", "read_tables"]
