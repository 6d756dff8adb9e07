"""The page about a node of any other kind, and which page is about which: its statements, both ways, by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from api.linked_data import structured
from api.linked_data.about_claim import claim_page, result_page, sentence_page
from api.linked_data.about_entity import entity_page
from api.linked_data.about_paper import paper_page
from api.linked_data.addresses import Addresses
from api.linked_data.description import Description
from api.linked_data.reading import Names, Reading
from api.linked_data.shown import Page, Ref, external
from api.linked_data.terms import label, short
from api.loaders import Facts
from kg.model import TYPES
from kg.store import Literal, NamedNode, python
from schema.vocab import KG, PROV, RDF, SKOS

__all__ = ["facts_of", "page_about"]

#: What schema.org calls what we have no page of its own for.
_KINDS: Final = {
    str(KG.Community): "Collection",
    str(KG.Projection): "Dataset",
    str(SKOS.ConceptScheme): "DefinedTermSet",
    str(PROV.SoftwareAgent): "SoftwareApplication",
}


def facts_of(description: Description) -> Facts:
    """What a description says of its node itself."""
    values: defaultdict[str, list[str | int | float]] = defaultdict(list)
    for each in description.own:
        own = isinstance(each.subject, NamedNode) and each.subject.value == description.node
        if own and isinstance(each.object, NamedNode | Literal):
            values[each.predicate.value].append(python(each.object))
    return Facts(description.node, {term: tuple(sorted(each, key=str)) for term, each in values.items()})


def page_about(description: Description, reading: Reading, addresses: Addresses) -> Page:
    """Page about whatever a description is of."""
    facts = facts_of(description)
    classes = facts.texts(RDF.type)
    entity = next((type_ for type_ in TYPES if str(KG[type_]) in classes), None)
    if entity and facts.text(SKOS.prefLabel):
        return entity_page(facts, entity, reading, addresses)
    if str(KG.Paper) in classes:
        return paper_page(facts, reading, addresses)
    if str(KG.Claim) in classes:
        return claim_page(facts, reading, addresses)
    if str(KG.Result) in classes:
        return result_page(facts, reading, addresses)
    if str(KG.Evidence) in classes:
        return sentence_page(facts, description, reading, addresses)
    return _node_page(facts, description, reading, addresses)


def _node_page(facts: Facts, description: Description, reading: Reading, addresses: Addresses) -> Page:
    limit = 4 * reading.bounds.listed
    own, incoming = description.own[:limit], description.incoming[:limit]
    ends = {each.object.value for each in own if isinstance(each.object, NamedNode)}
    ends |= {each.subject.value for each in incoming if isinstance(each.subject, NamedNode)}
    names = reading.names({*ends, description.node})
    outward: defaultdict[str, list[Ref]] = defaultdict(list)
    inward: defaultdict[str, list[Ref]] = defaultdict(list)
    for each in own:
        if isinstance(each.object, NamedNode):
            outward[each.predicate.value].append(_ref(each.object.value, names, addresses))
        else:
            outward[each.predicate.value].append(Ref(str(getattr(each.object, "value", each.object))))
    for each in incoming:
        if isinstance(each.subject, NamedNode):
            inward[each.predicate.value].append(_ref(each.subject.value, names, addresses))
    local = addresses.local(description.node)
    title = names.name(description.node) or local or description.node
    classes = facts.texts(RDF.type)
    kind = next((label(each) for each in classes if each.startswith(str(KG._NS))), None)
    kind = kind or next(map(short, classes), "Elsewhere")
    schema_type = next((_KINDS[each] for each in classes if each in _KINDS), "Thing")
    page = addresses.page(description.node) or addresses.lookup(description.node)
    return Page(
        "node",
        title,
        kind,
        {
            "outward": _rows(outward, addresses),
            "inward": _rows(inward, addresses),
            "elsewhere": external(description.node) if local is None else None,
            "left": description.incoming_left or description.own_left or len(description.incoming) > limit
            or len(description.own) > limit,
        },
        structured.thing(description.node, title, page=page, kind=schema_type),
    )  # fmt: skip


def _rows(found: dict[str, list[Ref]], addresses: Addresses) -> list[tuple[Ref, list[Ref]]]:
    ordered: Iterable[tuple[str, list[Ref]]] = sorted(found.items(), key=lambda item: label(item[0]))
    return [
        (Ref(label(term), addresses.page(term)), sorted(refs, key=lambda each: each.text.lower()))
        for term, refs in ordered
    ]


def _ref(node: str, names: Names, addresses: Addresses) -> Ref:
    href = addresses.page(node)
    if href is None:
        return external(node)
    name = names.name(node)
    return Ref(name or addresses.local(node) or short(node), href, names.type(node))
