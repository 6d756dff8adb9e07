"""From papers to mentions and results: the only door of spaCy and of the model."""

from kg.extract.pipeline import find, load
from kg.extract.tagger import SHIPPED, Settings, read_settings

__all__ = ["SHIPPED", "Settings", "find", "load", "read_settings"]
