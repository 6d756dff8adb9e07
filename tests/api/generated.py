"""Documents and graphs that hypothesis makes up: any selection of the schema, any small graph of the store's shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_required_argument,
)
from hypothesis import strategies as st

from api.cursors import global_id
from kg.model import ROLES, TYPES
from kg.store import Literal, Quad, iri
from schema.vocab import DC, DCTERMS, KG, PRISM, RDF, RELATION_TERMS, ROLE_TERMS, SDO, SKOS, XSD, Minter

MINT = Minter()

#: Fields without which a document cannot go from node to node; they cost no depth.
_CONNECTING = {"edges", "node", "pageInfo"}
_NUMBERS = (0, 1, 2, 3, 20, 100)
_ODD_NUMBERS = (-1, 101, 2**31)


@dataclass(frozen=True)
class Pool:
    """What arguments are drawn from."""

    ids: Sequence[str]
    names: Sequence[str]
    cursors: Sequence[str] = ("bm9uc2Vuc2U",)


@dataclass
class Made:
    """A document with the variables it is asked with."""

    text: str
    variables: dict[str, Any]
    operation: str | None = None


@dataclass
class _Writer:
    schema: GraphQLSchema
    pool: Pool
    known: Mapping[str, set[str]]
    draw: Any
    definitions: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    aliases: int = 0

    def chance(self, percent: int) -> bool:
        # What is drawn least, 0, is no: failing documents shrink to plain ones.
        return bool(self.draw(st.integers(0, 99)) >= 100 - percent)

    def pick(self, of: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(of))

    def selection(self, type_name: str, depth: int) -> str:
        type_ = self.schema.type_map[type_name]
        fields = dict(type_.fields)  # type: ignore[attr-defined]
        if type_name in self.known and not self.chance(3):
            fields = {name: found for name, found in fields.items() if name in self.known[type_name]}
        if depth <= 0:
            fields = {
                name: found
                for name, found in fields.items()
                if name in _CONNECTING or not is_composite_type(get_named_type(found.type))
            }
        must = [name for name in ("edges", "node") if name in fields]
        names = sorted(fields)
        chosen = must + [self.pick(names) for _ in range(self.draw(st.integers(0 if must else 1, 3)))] if names else []
        parts = [self.field(name, fields[name], depth) for name in chosen]
        if not parts or self.chance(15):
            parts.append("__typename")
        if type_name == "Node":
            parts += [f"... on {name} {self.selection(name, depth)}" for name in ("Paper", "Entity") if self.chance(70)]
        if self.chance(12):
            parts[0] = self.wrapped(type_name, parts[0])
        return "{ " + " ".join(parts) + " }"

    def wrapped(self, type_name: str, part: str) -> str:
        """The same in a fragment of some kind."""
        match self.pick(["inline", "typed", "named", "twice"]):
            case "inline":
                return f"... {self.directive()} {{ {part} }}"
            case "typed":
                return f"... on {type_name} {{ {part} }}"
            case kind:
                name = f"F{len(self.fragments)}"
                self.fragments.append(f"fragment {name} on {type_name} {{ {part} }}")
                return f"...{name} {self.directive()}" + (f" ...{name}" if kind == "twice" else "")

    def directive(self) -> str:
        name = self.pick(["skip", "include"])
        truth = self.draw(st.booleans())
        if self.chance(50):
            return f"@{name}(if: {str(truth).lower()})"
        return f"@{name}(if: {self.variable('Boolean!', truth)})"

    def variable(self, type_text: str, value: Any) -> str:
        name = f"v{len(self.definitions)}"
        self.definitions.append(f"${name}: {type_text}")
        self.variables[name] = value
        return f"${name}"

    def field(self, name: str, found: GraphQLField, depth: int) -> str:
        arguments = [
            f"{argument}: {self.argument(argument, given.type)}"
            for argument, given in found.args.items()
            if is_required_argument(given) or self.chance(self.odds(argument))
        ]
        if name == "entity" and not any(text.startswith(("id:", "name:")) for text in arguments):
            arguments.append(f"name: {self.argument('name', self.schema.type_map['String'])}")
        text = name
        if arguments or self.chance(15):
            # A name of its own lets the same field stand twice with other arguments.
            self.aliases += 1
            text = f"a{self.aliases}: {name}"
        if arguments:
            text += f"({', '.join(arguments)})"
        if self.chance(4):
            text += f" {self.directive()}"
        inner = get_named_type(found.type)
        if is_composite_type(inner):
            text += " " + self.selection(inner.name, depth - (name not in _CONNECTING))
        return text

    def odds(self, argument: str) -> int:
        if argument in ("first", "type", "role", "orderBy", "relation", "direction", "includeNarrower"):
            return 22
        return 4 if argument in ("after", "before", "last") else 1

    def argument(self, name: str, type_: Any) -> str:
        value = self.value(name, type_)
        if self.chance(25) and not isinstance(value, dict):
            plain = value.name if isinstance(value, _Enum) else value
            return self.variable(str(type_), plain)
        return _literal(value)

    def value(self, name: str, type_: Any) -> Any:
        if not isinstance(type_, GraphQLNonNull) and self.chance(4):
            return None
        type_ = getattr(type_, "of_type", type_) if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(type_, GraphQLList):
            return [self.value(name, type_.of_type) for _ in range(self.draw(st.integers(0, 3)))]
        if isinstance(type_, GraphQLEnumType):
            return _Enum(self.pick(sorted(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            chosen = [key for key in sorted(type_.fields) if self.chance(10)]
            return {key: self.value(key, type_.fields[key].type) for key in chosen}
        match type_.name:
            case "Int":
                return self.pick(_ODD_NUMBERS if self.chance(4) else _NUMBERS)
            case "Float":
                return self.pick([0.0, 0.5, 0.9, 2.0])
            case "Boolean":
                return self.draw(st.booleans())
            case "ID":
                return self.pick(self.pool.ids)
        if name in ("after", "before"):
            return self.pick(self.pool.cursors)
        return self.pick(self.pool.names)


class _Enum(str):
    """Name of a value of an enumeration, which is written without quotes."""

    @property
    def name(self) -> str:
        return str(self)


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, _Enum):
        return str(value)
    if isinstance(value, str):
        import json

        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_literal(part)}" for key, part in value.items()) + "}"
    return str(value)


@st.composite
def documents(
    draw: Any, schema: GraphQLSchema, pool: Pool, known: Mapping[str, set[str]], *, depth: int = 4
) -> Made:
    """Documents of a schema.

    Parameters
    ----------
    known : mapping of str to set of str
        Fields of types that are drawn from, all but now and then; of other types all.
    depth : int
        Steps from node to node at most.
    """
    writer = _Writer(schema, pool, known, draw)
    text = writer.selection("Query", draw(st.integers(1, depth)))
    defined = f"({', '.join(writer.definitions)})" if writer.definitions else ""
    named = writer.chance(30)
    head = f"query{' Q' if named else ''}{defined} " if named or defined else ""
    variables = writer.variables
    if variables and writer.chance(5):
        variables = {**variables, draw(st.sampled_from(sorted(variables))): None}
    return Made(" ".join([head + text, *writer.fragments]), variables, "Q" if named and writer.chance(50) else None)


#: Text as papers have it: letters of many scripts, quotes, white space folded away.
_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=8)


@dataclass(frozen=True)
class MadeGraph:
    """A made-up graph as quads, and what questions about it name."""

    quads: tuple[Quad, ...]
    pool: Pool


@st.composite
def graphs(draw: Any) -> MadeGraph:
    """Graphs of up to six papers and eight entities, in the shape that builds make."""
    quads: list[Quad] = []

    def say(subject: str, term: object, value: object) -> None:
        object_ = value if isinstance(value, Literal) else iri(str(value))
        quads.append(Quad(iri(subject), iri(str(term)), object_))

    papers = [MINT.paper(f"arxiv:{number}") for number in range(draw(st.integers(0, 6)))]
    kinds = draw(st.lists(st.sampled_from(TYPES), max_size=8))
    entities = [MINT.entity(kind, f"thing-{number}") for number, kind in enumerate(kinds)]
    names = draw(st.lists(_WORDS, min_size=len(entities), max_size=len(entities)))
    aliases: list[str] = []
    for number, paper in enumerate(papers):
        say(paper, RDF.type, KG.Paper)
        say(paper, DCTERMS.title, Literal(draw(_WORDS)))
        for identifier in draw(st.sets(st.sampled_from([f"arxiv:{number}", "doi:10.1/shared", "acl:X"]), max_size=2)):
            say(paper, DCTERMS.identifier, Literal(identifier))
        if (year := draw(st.sampled_from([None, 1999, 2020, 2020, 2021]))) is not None:
            say(paper, DCTERMS.issued, Literal(str(year), datatype=iri(str(XSD.gYear))))
        for term, values in ((DC.creator, 3), (SDO.keywords, 2), (PRISM.publicationName, 1), (DCTERMS.abstract, 1)):
            for value in draw(st.sets(_WORDS, max_size=values)):
                say(paper, term, Literal(value))
        _measured(draw, say, paper)
    counts = dict.fromkeys(entities, 0)
    for paper in papers:
        for entity, kind in zip(entities, kinds, strict=True):
            roles = draw(st.sets(st.sampled_from(ROLES[kind]), max_size=2)) if draw(st.booleans()) else ()
            counts[entity] += bool(roles)
            for role in sorted(roles):
                say(paper, ROLE_TERMS[role], entity)
    for entity, kind, name in zip(entities, kinds, names, strict=True):
        say(entity, RDF.type, KG[kind])
        say(entity, RDF.type, SKOS.Concept)
        say(entity, SKOS.prefLabel, Literal(name))
        say(entity, KG.paperCount, Literal(counts[entity]))
        for alias in draw(st.sets(st.one_of(_WORDS, st.sampled_from(names)), max_size=2)):
            aliases.append(alias)
            say(entity, SKOS.altLabel, Literal(alias))
        if draw(st.booleans()):
            say(entity, SKOS.definition, Literal(draw(_WORDS)))
        _measured(draw, say, entity)
    if entities:
        _related(draw, say, entities)
    ids = [*papers, *entities, *(global_id("Paper", paper) for paper in papers), "arxiv:1", "doi:10.1/shared", "acl:X"]
    ids += [*(global_id("Entity", entity) for entity in entities), "no such thing"]
    return MadeGraph(tuple(quads), Pool(ids, [*names, *aliases, *(name.upper() for name in names), "nothing"]))


def _measured(draw: Any, say: Any, node: str) -> None:
    decimal = iri(str(XSD.decimal))
    if draw(st.booleans()):
        say(node, KG.pageRank, Literal(f"{draw(st.integers(0, 5)) / 8:.8f}", datatype=decimal))
        say(node, KG.degree, Literal(draw(st.integers(0, 9))))
    if draw(st.booleans()):
        say(node, KG.betweenness, Literal(f"{draw(st.integers(0, 4)) / 4:.8f}", datatype=decimal))


def _related(draw: Any, say: Any, entities: Sequence[str]) -> None:
    """Edges among entities, some with claims; kinds of kinds, over a concept that no paper leads to, even in a ring."""
    between = MINT.entity("Hardware", "abacus")
    nodes = st.sampled_from([*entities, between])
    for subject, object_ in draw(st.lists(st.tuples(nodes, nodes), max_size=8)):
        say(subject, SKOS.broader, object_)
    named = st.sampled_from(sorted(set(RELATION_TERMS) - {"subClassOf"}))
    ends = st.sampled_from(list(entities))
    for number, (subject, relation, object_) in enumerate(draw(st.lists(st.tuples(ends, named, ends), max_size=8))):
        term = RELATION_TERMS[relation]
        say(subject, term, object_)
        for claim in _claims(number, draw(st.integers(0, 2))):
            together = draw(st.booleans())
            for property_, value in (
                (RDF.type, KG.Claim), (RDF.subject, subject), (RDF.predicate, term), (RDF.object, object_),
                (KG.confidence, _decimal(draw(st.integers(50, 99)))),
                *([(KG.edgeConfidence, _decimal(draw(st.integers(50, 99))))] if together else []),
            ):  # fmt: skip
                say(claim, property_, value)


def _claims(number: int, count: int) -> Iterator[str]:
    for claim in range(count):
        yield f"https://example.org/claim/{number}-{claim}"


def _decimal(hundredths: int) -> Literal:
    return Literal(f"{hundredths / 100:.2f}", datatype=iri(str(XSD.decimal)))
