"""The small graph once more, as plain values: what the API's filters, orders, facets and trends must agree with.

Nothing here asks a store or the API; each function is written from what the schema says of a
filter, over the tuples in `small_graph`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from small_graph import ARTICLES, HEDGED, MINT, THINGS, Article, Facts, _sure, paper, thing, together

from schema.vocab import RELATION_TERMS, ROLE_TERMS

Wanted: TypeAlias = dict[str, Any]

#: Keys of broader and narrower things, one step and all steps.
ABOVE = {key: set(entity.broader) for key, entity in THINGS.items()}
NUMBER = {article.id: number for number, article in enumerate(ARTICLES)}


def above(key: str) -> set[str]:
    """All that a thing is a kind of."""
    return ABOVE[key].union(*(above(each) for each in ABOVE[key])) if ABOVE[key] else set()


def reach(keys: Iterable[str], *, narrower: bool) -> set[str]:
    """Things, and what is a kind of them where that counts."""
    roots = set(keys)
    return {key for key in THINGS if key in roots or (narrower and above(key) & roots)}


def called(text: str) -> set[str]:
    """Keys of what has an IRI, name or alias."""
    folded = " ".join(text.split()).lower()
    return {
        key
        for key, entity in THINGS.items()
        if text == thing(key) or folded in (name.lower() for name in (entity.name, *entity.aliases))
    }


def enum(name: str) -> str:
    """Name of the model for a name of the schema's enumerations: EVALUATES_ON is evaluatesOn."""
    first, *others = name.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


@dataclass(frozen=True)
class Said:
    """A claim: how sure, in hundredths, and the sentence it stands on."""

    iri: str
    article: Article
    subject: str
    predicate: str
    object: str
    sure: int
    quote: str
    hedged: bool
    derived: bool = False

    @property
    def of_paper(self) -> bool:
        return self.subject == MINT.paper(self.article.id)


def _claims() -> list[Said]:
    found = []
    for article in ARTICLES:
        node = MINT.paper(article.id)
        for role, key in article.says:
            claim = MINT.claim(article.id, node, str(ROLE_TERMS[role]), thing(key))
            found.append(
                Said(claim, article, node, role, thing(key), round(_sure(claim) * 100),
                     f"It {role} the {THINGS[key].name}.", (article.id, role, key) in HEDGED)
            )  # fmt: skip
        for a, relation, b in article.relates:
            claim = MINT.claim(article.id, thing(a), str(RELATION_TERMS[relation]), thing(b))
            found.append(
                Said(claim, article, thing(a), relation, thing(b), round(_sure(claim) * 100),
                     f"Here {THINGS[a].name} is {relation} {THINGS[b].name}.", (article.id, a, b) in HEDGED,
                     derived=(a, relation) == ("yolo", "partOf"))
            )  # fmt: skip
    return found


CLAIMS = _claims()
KEY_OF = {thing(key): key for key in THINGS}
COMMUNITY = {
    **{thing(key): MINT.community("entities", 1 + (entity.type == "Hardware")) for key, entity in THINGS.items()},
    **{paper(number): MINT.community("papers", 1) for number in range(len(ARTICLES))},
}
#: Edges between things: of claims, and of the taxonomy alone.
RELATED = {(claim.subject, claim.predicate, claim.object) for claim in CLAIMS if not claim.of_paper} | {
    (thing(key), "subClassOf", thing(each)) for key in THINGS for each in ABOVE[key]
}


def stated(edge: tuple[str, str, str]) -> list[Said]:
    """Claims of an edge, the surest first."""
    found = [claim for claim in CLAIMS if (claim.subject, claim.predicate, claim.object) == edge]
    return sorted(found, key=lambda claim: (-claim.sure, claim.iri))


def holds_words(text: str, labels: Iterable[str]) -> bool:
    """Whether each word is in one of the labels."""
    known = [label.lower() for label in labels]
    return all(any(word.lower() in label for label in known) for word in text.split())


def paper_fits(article: Article, wanted: Wanted, facts: Facts) -> bool:
    """What `PaperFilter` says."""
    node, narrower = MINT.paper(article.id), wanted.get("includeNarrower", True)
    least = round(wanted.get("minConfidence", 0) * 100)
    own = [claim for claim in CLAIMS if claim.subject == node]
    asked = {"entity", "role", "type"} & set(wanted)
    if asked or ("minConfidence" in wanted and "relation" not in wanted):
        among = reach(called(wanted["entity"]), narrower=narrower) if "entity" in wanted else set(THINGS)
        own = [
            claim
            for claim in own
            if KEY_OF[claim.object] in among
            and ("role" not in wanted or claim.predicate == enum(wanted["role"]))
            and ("type" not in wanted or THINGS[KEY_OF[claim.object]].type.upper() == wanted["type"])
            and claim.sure >= least
        ]
        if not own:
            return False
    mentioned = {key for _, key in article.says}
    between = [claim for claim in CLAIMS if claim.article is article and not claim.of_paper]
    year = article.year
    conditions = [
        all(mentioned & reach(called(name), narrower=narrower) for name in wanted.get("entities", ())),
        "relation" not in wanted
        or any(claim.predicate == enum(wanted["relation"]) and claim.sure >= least for claim in between),
        "year" not in wanted or year == wanted["year"],
        "yearFrom" not in wanted or (year is not None and year >= wanted["yearFrom"]),
        "yearTo" not in wanted or (year is not None and year <= wanted["yearTo"]),
        "venue" not in wanted or (article.venue or "").lower() == wanted["venue"].lower(),
        "search" not in wanted or holds_words(wanted["search"], facts.texts[node].split("\n", 1)),
        "community" not in wanted or COMMUNITY[node] == wanted["community"],
    ]
    return all(conditions)


def entity_fits(key: str, wanted: Wanted, facts: Facts) -> bool:
    """What `EntityFilter` says."""
    entity, node = THINGS[key], thing(key)
    least = round(wanted.get("minConfidence", 0) * 100)
    related = {"relation", "direction", "relatedTo"} & set(wanted)
    if {"role", "papers"} & set(wanted) or ("minConfidence" in wanted and not related):
        role = enum(wanted["role"]) if "role" in wanted else None
        if not any(
            claim.of_paper
            and claim.object == node
            and role in (None, claim.predicate)
            and claim.sure >= least
            and paper_fits(claim.article, wanted.get("papers", {}), facts)
            for claim in CLAIMS
        ):
            return False
    if related:
        others = {thing(each) for each in called(wanted["relatedTo"])} if "relatedTo" in wanted else set(KEY_OF)
        relation = enum(wanted["relation"]) if "relation" in wanted else None
        side = wanted.get("direction")
        if not any(
            relation in (None, predicate)
            and ((subject == node and object_ in others and side != "INCOMING")
                 or (object_ == node and subject in others and side != "OUTGOING"))
            and ("minConfidence" not in wanted or any(c.sure >= least for c in stated((subject, predicate, object_))))
            for subject, predicate, object_ in RELATED
        ):  # fmt: skip
            return False
    up = above(key) if wanted.get("includeNarrower", True) else ABOVE[key]
    conditions = [
        "type" not in wanted or entity.type.upper() == wanted["type"],
        "search" not in wanted or holds_words(wanted["search"], (entity.name, *entity.aliases)),
        "broader" not in wanted or bool(up & called(wanted["broader"])),
        facts.paper_count[node] >= wanted.get("minPapers", 0),
        "community" not in wanted or COMMUNITY[node] == wanted["community"],
    ]
    return all(conditions)


def claim_fits(claim: Said, wanted: Wanted, facts: Facts) -> bool:
    """What `ClaimFilter` says."""
    if ("role" in wanted and not claim.of_paper) or ("relation" in wanted and claim.of_paper):
        return False
    edge = (claim.subject, claim.predicate, claim.object)
    support = 0 if claim.of_paper else len(stated(edge))
    sure = 0 if claim.of_paper else round(edge_confidence(claim) * 100)

    def within(node: str, root: str) -> bool:
        if root not in KEY_OF or node not in KEY_OF:
            return node == root
        return KEY_OF[node] in reach([KEY_OF[root]], narrower=wanted.get("includeNarrower", False))

    conditions = [
        "paper" not in wanted or claim.article.id == wanted["paper"],
        "subject" not in wanted or within(claim.subject, wanted["subject"]),
        "object" not in wanted or within(claim.object, wanted["object"]),
        "role" not in wanted or claim.predicate == enum(wanted["role"]),
        "relation" not in wanted or claim.predicate == enum(wanted["relation"]),
        claim.sure >= round(wanted.get("minConfidence", 0) * 100),
        wanted.get("derived") in (None, claim.derived),
        wanted.get("hedged") in (None, claim.hedged),
        "minSupport" not in wanted or support >= wanted["minSupport"],
        "minEdgeConfidence" not in wanted
        or (not claim.of_paper and sure >= round(wanted["minEdgeConfidence"] * 100)),
        "type" not in wanted or THINGS[KEY_OF[claim.object]].type.upper() == wanted["type"],
        "subjectType" not in wanted
        or (not claim.of_paper and THINGS[KEY_OF[claim.subject]].type.upper() == wanted["subjectType"]),
        "papers" not in wanted or paper_fits(claim.article, wanted["papers"], facts),
        "community" not in wanted or wanted["community"] in (COMMUNITY[claim.subject], COMMUNITY[claim.object]),
        "search" not in wanted or holds_words(wanted["search"], [claim.quote]),
    ]
    return all(conditions)


def edge_confidence(claim: Said) -> float:
    """How sure the claim's edge is by all papers together."""
    return together([each.sure / 100 for each in stated((claim.subject, claim.predicate, claim.object))])


def degrees(facts: Facts) -> dict[str, int]:
    """Number of edges at each node; the small graph's PageRank and betweenness are in proportion to it."""
    nodes = [node for subject, _, object_ in facts.edges for node in (subject, object_)]
    return {node: nodes.count(node) for node in COMMUNITY}


def paper_orders(facts: Facts) -> dict[str, Callable[[Article], tuple[Any, str]]]:
    """Sort key of each order of papers."""
    degree = degrees(facts)

    def most_linked(article: Article) -> tuple[Any, str]:
        return -degree[MINT.paper(article.id)], MINT.paper(article.id)

    return {
        "YEAR": lambda article: (-(article.year or 0), MINT.paper(article.id)),
        "OLDEST": lambda article: (article.year or 9999, MINT.paper(article.id)),
        "TITLE": lambda article: (article.title.lower(), MINT.paper(article.id)),
        **dict.fromkeys(("PAGERANK", "DEGREE", "BETWEENNESS"), most_linked),
    }


def entity_orders(facts: Facts) -> dict[str, Callable[[str], tuple[Any, str]]]:
    """Sort key of each order of entities, by their keys."""
    degree = degrees(facts)

    def most_linked(key: str) -> tuple[Any, str]:
        return -degree[thing(key)], thing(key)

    return {
        "NAME": lambda key: (THINGS[key].name.lower(), thing(key)),
        "PAPERS": lambda key: (-facts.paper_count[thing(key)], thing(key)),
        **dict.fromkeys(("PAGERANK", "DEGREE", "BETWEENNESS"), most_linked),
    }


def claim_orders() -> dict[str, Callable[[Said], tuple[Any, str]]]:
    """Sort key of each order of claims."""
    return {
        "CONFIDENCE": lambda claim: (-claim.sure, claim.iri),
        "EDGE_CONFIDENCE": lambda claim: (0 if claim.of_paper else -round(edge_confidence(claim) * 100), claim.iri),
        "SUPPORT": lambda claim: (
            0 if claim.of_paper else -len(stated((claim.subject, claim.predicate, claim.object))),
            claim.iri,
        ),
        "LATEST": lambda claim: (-(claim.article.year or 0), claim.iri),
        "OLDEST": lambda claim: (claim.article.year or 9999, claim.iri),
    }
