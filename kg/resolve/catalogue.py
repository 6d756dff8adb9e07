"""The curated concepts of a type, found by the names that papers give them."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from kg.model import EntityType
from kg.resolve.alike import folded
from kg.resolve.hypernyms import LEAST, Rule, confidence
from kg.resolve.names import bare, name_key, squeezed
from schema import taxonomy

#: Keys of which it is remembered what they name: each is looked up beside every other of its papers.
MOST_FOUND: Final = 200_000


class Catalogue:
    """Names of a type's curated concepts; empty where a type has no taxonomy."""

    def __init__(self, type_: EntityType) -> None:
        self.concepts = taxonomy.load(type_) if type_ in taxonomy.TAXONOMIES else {}
        self._type: EntityType = type_
        self._by_name: dict[str, str] = {}
        self._by_form: dict[str, str | None] = {}
        self._found: dict[str, str | None] = {}
        self._above: dict[str, frozenset[str]] = {}
        # a preferred name counts before another concept's other names, and the key before all: it is the IRI
        names = [(key, key) for key in self.concepts]
        names += [(concept.label, key) for key, concept in self.concepts.items()]
        names += [(alt, key) for key, concept in self.concepts.items() for alt in concept.alt]
        for name, key in names:
            self._by_name.setdefault(squeezed(name_key(name)), key)
            form = folded(type_, name_key(name))
            # a form that two concepts share says nothing
            self._by_form[form] = key if self._by_form.get(form, key) == key else None

    def above(self, concept: str) -> frozenset[str]:
        """Keys of all concepts above one."""
        known = self._above.get(concept)
        if known is None:
            known = self._above[concept] = frozenset(taxonomy.ancestors(self.concepts, concept))
        return known

    def find(self, key: str) -> str | None:
        """Concept that a key names, in any word order, with or without a last word that says nothing.

        >>> Catalogue("Hardware").find("nvidia jetson nano board"), Catalogue("Hardware").find("array of microphone")
        ('jetson-nano', 'microphone-array')
        """
        if key in self._found:
            return self._found[key]
        found = self._named(key)
        if found is None:
            rest = bare(self._type, key)
            if rest is not None:
                found = self._named(rest)
        if len(self._found) >= MOST_FOUND:
            self._found.clear()
        self._found[key] = found
        return found

    def _named(self, key: str) -> str | None:
        return self._by_name.get(squeezed(key)) or self._by_form.get(folded(self._type, key))

    def head(self, key: str) -> tuple[str, Rule] | None:
        """Concept that the longest proper end of a key names, and the rule that says so, if any.

        >>> Catalogue("Hardware").head("64x64 systolic array"), Catalogue("Hardware").head("racing drone board")
        (('systolic-array', 'words'), ('uav', 'other word'))
        """
        words = key.split()
        rest = bare(self._type, key)
        if rest is not None and (inner := self.head(rest)):
            return inner
        for start in range(1, len(words)):
            end = " ".join(words[start:])
            found = self._by_name.get(squeezed(end))
            if found:
                if start < len(words) - 1:
                    return found, "words"
                own = squeezed(name_key(self.concepts[found].label)) == squeezed(end)
                return found, "word" if own else "other word"
        return None

    def broader(self, key: str) -> tuple[str, ...]:
        """Concept that the longest proper end of a key names, if any, where such ends tell often enough.

        >>> Catalogue("Hardware").broader("64x64 systolic array")
        ('systolic-array',)
        """
        found = self.head(key)
        return (found[0],) if found and confidence(self._type, found[1]) >= LEAST else ()

    def depth(self, key: str) -> int:
        """How special a key is: the number of concepts above the one it names or ends in, plus one; 0 without."""
        found = self.find(key)
        if found:
            return 2 + len(self.above(found))
        above = self.broader(key)
        return 1 + len(self.above(above[0])) if above else 0

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
            return any(above in self.above(str(concept)) for above in self.broader(loose))
        if one == other:
            return False
        return one not in self.above(other) and other not in self.above(one)


@lru_cache(maxsize=8)
def catalogue(type_: EntityType) -> Catalogue:
    """Catalogue of a type, made once."""
    return Catalogue(type_)
