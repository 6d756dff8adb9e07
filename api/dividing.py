"""How papers divide: the queries behind facets and trends, one for all entities they are asked of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from api.vocabulary import Role
from kg.store import Term, iri
from schema.vocab import ROLE_TERMS

if TYPE_CHECKING:
    from api.conditions import Conditions
    from api.loaders import Select

__all__ = ["TOP_CONCEPTS", "FacetKey", "Papers", "facets_of", "papers_of"]

_EVERY: Final = "VALUES ?as { {{facet_roles}} } ?node ?as ?mentioned ."
# What binds ?value to a paper's value; papers without one have none, but for the year.
_FACETS: Final = {
    "year": "OPTIONAL { ?node dcterms:issued ?value }",
    "venue": "?node prism:publicationName ?value .",
    "role": "VALUES ?value { {{facet_roles}} } ?node ?value ?mentioned .",
    "type": f"{_EVERY} VALUES ?value {{ {{{{facet_types}}}} }} ?mentioned a ?value .",
    "community": "?node kg:inCommunity ?value .",
    # The classes' kinds first, so that the hierarchy is walked once and not for each paper.
    "class": "{ SELECT DISTINCT ?mentioned ?value WHERE { VALUES ?value { {{facet_classes}} }"
    f" ?mentioned skos:broader* ?value }} }} {_EVERY}",
    "entity": "VALUES ?as { {{facet_roles}} } ?node ?as ?value . VALUES ?type { {{facet_types}} } ?value a ?type .",
}
_COUNT: Final = """
SELECT ?root ?value (COUNT(DISTINCT ?node) AS ?count) WHERE {
  { SELECT DISTINCT ?root ?node WHERE { %PAPERS% } } %FACET%
} GROUP BY ?root ?value"""
_OF_ENTITY: Final = """
VALUES ?root { {{facet_roots}} } LATERAL { %REACH% } VALUES ?in { {{facet_in}} } LATERAL { ?node ?in ?thing }
LATERAL { ?node a kg:Paper }"""
_SURE: Final = """
?fact rdf:subject ?node ; rdf:predicate ?in ; rdf:object ?thing ; kg:confidence ?firm .
FILTER(?firm >= {{facet_least}})"""
#: Entities of a type that others are a kind of, and that are a kind of nothing in the graph.
TOP_CONCEPTS: Final = """
SELECT DISTINCT ?node WHERE {
  VALUES ?type { {{types}} } ?node a ?type ; kg:paperCount ?papers . ?below skos:broader ?node ; kg:paperCount ?kinds
  FILTER NOT EXISTS { ?node skos:broader ?above . ?above kg:paperCount ?some }
}"""


@dataclass(frozen=True, slots=True)
class Papers:
    """Papers that a facet divides: a pattern that binds ``?node``.

    Attributes
    ----------
    pattern : str
    values : mapping
        Terms of the pattern's markers.
    root : str or None
        The entity that they are papers of; the pattern has its place as ``{{facet_roots}}``.
    """

    pattern: str
    values: Mapping[str, Term | Sequence[Term]]
    root: str | None = None


class FacetKey(NamedTuple):
    """A facet of some papers; the terms of the facet's own markers."""

    facet: str
    papers: Papers
    values: tuple[tuple[str, tuple[Term, ...]], ...] = ()

    @property
    def group(self) -> str:
        """What all keys have in common that one query answers."""
        given = sorted((name, str(value)) for name, value in self.papers.values.items())
        return repr((self.facet, self.papers.pattern, given, str(self.values)))

    @property
    def identity(self) -> tuple[str, str | None]:
        """What tells two keys apart."""
        return self.group, self.papers.root


async def facets_of(select: Select, keys: Sequence[FacetKey]) -> list[list[tuple[str, int]]]:
    """Values of each facet with their numbers of papers, most papers first; one query for all roots of a kind."""
    groups: defaultdict[str, list[FacetKey]] = defaultdict(list)
    for key in keys:
        groups[key.group].append(key)
    found: defaultdict[tuple[str, str | None], list[tuple[str, int]]] = defaultdict(list)
    for group, (key, *others) in groups.items():
        query = _COUNT.replace("%PAPERS%", key.papers.pattern).replace("%FACET%", _FACETS[key.facet])
        values: dict[str, Term | Sequence[Term]] = {**key.papers.values, **{name: list(v) for name, v in key.values}}
        roots = [each.papers.root for each in (key, *others) if each.papers.root is not None]
        for row in await select(query, facet_roots=[iri(text) for text in roots], **values):
            root = row["root"].value if "root" in row else None
            value = row["value"].value if "value" in row else ""
            found[group, root].append((value, int(row["count"].value)))
    return [sorted(found[key.identity], key=lambda pair: (-pair[1], pair[0])) for key in keys]


def papers_of(
    root: str, wanted: Conditions | None, *, narrower: bool, role: Role | None = None, least: Term | None = None
) -> Papers:
    """Papers of an entity.

    Parameters
    ----------
    wanted : Conditions or None
        What they must match besides.
    narrower : bool
        Whether papers of its kinds count.
    least : Term, optional
        Least confidence of the claim that makes it one of theirs.
    """
    reach = "?thing skos:broader* ?root" if narrower else "BIND(?root AS ?thing)"
    roles = [iri(str(ROLE_TERMS[each.value])) for each in Role if role in (None, each)]
    values: dict[str, Term | Sequence[Term]] = {"facet_in": roles, **(wanted.values if wanted else {})}
    if least is not None:
        values["facet_least"] = least
    parts = [_OF_ENTITY.replace("%REACH%", reach), "" if least is None else _SURE, wanted.pattern if wanted else ""]
    return Papers("\n".join(parts), values, root)
