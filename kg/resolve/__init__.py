"""From mentions to entities: one node for one thing."""

from kg.resolve.across import Resolution, resolve
from kg.resolve.within import Concept, gather

__all__ = ["Concept", "Resolution", "gather", "resolve"]
