"""From papers to mentions and results: the only door of spaCy and of the model."""

from kg.extract.pipeline import find, load
from kg.extract.tagger import SHIPPED, Settings, judges_relations, read_settings

__all__ = ["SHIPPED", "Settings", "find", "judges_relations", "load", "read_settings"]
