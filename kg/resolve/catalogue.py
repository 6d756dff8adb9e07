"""The curated concepts of a type, found by the names that papers give them."""

from __future__ import annotations

from functools import lru_cache

from kg.model import EntityType
from kg.resolve.names import GENERIC_HEADS, name_key, squeezed
from schema import taxonomy


class Catalogue:
    """Names of a type's curated concepts; empty where a type has no taxonomy."""

    def __init__(self, type_: EntityType) -> None:
        self.concepts = taxonomy.load(type_) if type_ in taxonomy.TAXONOMIES else {}
        self._by_name: dict[str, str] = {}
        self._heads = GENERIC_HEADS[type_]
        # a preferred name counts before another concept's other names, and the key before all: it is the IRI
        names = [(key, key) for key in self.concepts]
        names += [(concept.label, key) for key, concept in self.concepts.items()]
        names += [(alt, key) for key, concept in self.concepts.items() for alt in concept.alt]
        for name, key in names:
            self._by_name.setdefault(squeezed(name_key(name)), key)

    def find(self, key: str) -> str | None:
        """Concept that a key names, with or without a last word that says nothing.

        >>> Catalogue("Hardware").find("nvidia jetson nano board")
        'jetson-nano'
        """
        words = key.split()
        found = self._by_name.get(squeezed(key))
        if found is None and len(words) > 1 and words[-1] in self._heads:
            found = self._by_name.get(squeezed(" ".join(words[:-1])))
        return found

    def broader(self, key: str) -> tuple[str, ...]:
        """Concept that the longest proper end of a key names, if any.

        >>> Catalogue("Hardware").broader("64x64 systolic array")
        ('systolic-array',)
        """
        words = key.split()
        if len(words) > 2 and words[-1] in self._heads:
            inner = self.broader(" ".join(words[:-1]))
            if inner:
                return inner
        for start in range(1, len(words)):
            found = self._by_name.get(squeezed(" ".join(words[start:])))
            if found:
                return (found,)
        return ()

    def depth(self, key: str) -> int:
        """How special a key is: the number of concepts above the one it names or ends in, plus one; 0 without."""
        found = self.find(key)
        if found:
            return 2 + len(taxonomy.ancestors(self.concepts, found))
        above = self.broader(key)
        return 1 + len(taxonomy.ancestors(self.concepts, above[0])) if above else 0

    def apart(self, first: str, second: str) -> bool:
        """Whether two keys cannot be one thing, for where they stand in the taxonomy.

        So it is with two concepts of which neither is above the other ("LiDAR", "camera"), and with a
        concept and a name that only ends in one above it ("event camera", "ordinary camera").

        >>> hardware = Catalogue("Hardware")
        >>> hardware.apart("lidar", "camera"), hardware.apart("event camera", "ordinary camera")
        (True, True)
        >>> hardware.apart("event camera", "camera"), hardware.apart("event camera", "dvs event camera")
        (False, False)
        """
        one, other = self.find(first), self.find(second)
        if one is None and other is None:
            return False
        if one is None or other is None:
            concept, loose = (one, second) if one else (other, first)
            return any(above in taxonomy.ancestors(self.concepts, str(concept)) for above in self.broader(loose))
        if one == other:
            return False
        return one not in taxonomy.ancestors(self.concepts, other) and other not in taxonomy.ancestors(
            self.concepts, one
        )


@lru_cache(maxsize=8)
def catalogue(type_: EntityType) -> Catalogue:
    """Catalogue of a type, made once."""
    return Catalogue(type_)
