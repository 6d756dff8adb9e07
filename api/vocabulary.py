"""The enumerations of the API."""

from __future__ import annotations

from enum import Enum

import strawberry

from api.fields import value

__all__ = [
    "ChangeDirection",
    "ClaimOrder",
    "CommunityOrder",
    "Dimension",
    "Direction",
    "EntityOrder",
    "EntityType",
    "FigureOrder",
    "MemberOrder",
    "NodeKind",
    "PaperOrder",
    "Projection",
    "RelatedOrder",
    "Relation",
    "Role",
    "Status",
]


@strawberry.enum(description="What kind of thing an entity is.")
class EntityType(Enum):
    """Values are the local names of the ontology's classes."""

    METHOD = value("Method", "A model, algorithm, architecture or technique.")
    TASK = value("Task", "A problem that papers try to solve.")
    DATASET = value("Dataset", "A collection of examples, or a benchmark.")
    HARDWARE = value("Hardware", "A device that computes or senses.")
    METRIC = value("Metric", "A measure in which results are reported.")


@strawberry.enum(description="What kind of thing a node of a drawing is.")
class NodeKind(Enum):
    """Values are the local names of the ontology's classes."""

    PAPER = value("Paper", "A paper.")
    METHOD = value("Method", "A model, algorithm, architecture or technique.")
    TASK = value("Task", "A problem that papers try to solve.")
    DATASET = value("Dataset", "A collection of examples, or a benchmark.")
    HARDWARE = value("Hardware", "A device that computes or senses.")
    METRIC = value("Metric", "A measure in which results are reported.")


@strawberry.enum(description="What an entity is to a paper.")
class Role(Enum):
    """Values are the local names of the ontology's properties."""

    PROPOSES = value("proposes", "The paper puts the method forward.")
    USES = value("uses", "The paper builds on the method.")
    COMPARES_WITH = value("comparesWith", "The paper measures itself against the method.")
    STUDIES = value("studies", "The paper examines the method.")
    ADDRESSES = value("addresses", "The paper works on the task.")
    INTRODUCES = value("introduces", "The paper publishes the dataset.")
    EVALUATES_ON = value("evaluatesOn", "The paper tests on the dataset.")
    RUNS_ON = value("runsOn", "What the paper describes computes on the hardware.")
    SENSES_WITH = value("sensesWith", "What the paper describes senses with the hardware.")
    REPORTS = value("reports", "The paper gives values of the metric.")
    MENTIONS = value("mentions", "The paper names the entity, and no more than that is known.")


@strawberry.enum(description="How two entities hang together, read from subject to object.")
class Relation(Enum):
    """Values are the names in `schema.vocab.RELATION_TERMS`."""

    USED_FOR = value("usedFor", "The subject is used for the object.")
    PART_OF = value("partOf", "The subject is a part of the object.")
    SUB_CLASS_OF = value("subClassOf", "The subject is a kind of the object (skos:broader).")
    COMPARED_WITH = value("comparedWith", "The two were measured against each other.")
    EVALUATED_WITH = value("evaluatedWith", "The subject was evaluated with the object.")
    TRAINED_WITH = value("trainedWith", "The subject was trained with the object.")
    BENCHMARK_FOR = value("benchmarkFor", "The subject is a benchmark for the object.")
    EVALUATED_BY = value("evaluatedBy", "The subject is measured by the object.")
    RUNS_ON = value("runsOn", "The subject computes on the object.")
    SENSES_WITH = value("sensesWith", "The subject senses with the object.")


@strawberry.enum(description="Which end of a relation the entity that is asked is at.")
class Direction(Enum):
    """Directions of a relation, seen from one end."""

    OUTGOING = value("outgoing", "It is the subject.")
    INCOMING = value("incoming", "It is the object.")


@strawberry.enum(description="How a paper says what it says.")
class Status(Enum):
    """Values are those of `kg.model.Status`."""

    STATED = value("stated", "As a fact.")
    HEDGED = value("hedged", "As what may be so: it might, is expected to, is thought to.")


@strawberry.enum(description="Which way a change goes.")
class ChangeDirection(Enum):
    """Values are those of kg:direction."""

    INCREASE = value("increase", "Upwards.")
    DECREASE = value("decrease", "Downwards.")


@strawberry.enum(
    description="What a figure of hardware measures: told by its unit, of scores and changes by the metric's name."
)
class Dimension(Enum):
    """The units and names of each are in `api.measures`."""

    THROUGHPUT = value("throughput", "Work in a time: operations, frames, tokens, bytes a second. Highest first.")
    LATENCY = value("latency", "Times: latencies, and all else that is counted in seconds. Lowest first.")
    ENERGY = value("energy", "Energy, in all or for an operation: joules. Lowest first.")
    POWER = value("power", "Power: watts. Lowest first.")
    EFFICIENCY = value("efficiency", "Work for energy: operations or frames a joule. Highest first.")
    FREQUENCY = value("frequency", "Rates in hertz: clocks, samples, repetitions. Highest first.")
    MEMORY = value("memory", "Sizes in bytes. Lowest first.")
    ACCURACY = value("accuracy", "Scores of quality by their metric, such as accuracy, F1 or mAP. Highest first.")


@strawberry.enum(description="Orders of a list of figures, within those that can be compared.")
class FigureOrder(Enum):
    """Each order ends with the IRI, so that no two figures are at the same place."""

    HIGHEST = value("HIGHEST", "Highest value first; of a range the lower end counts.")
    LOWEST = value("LOWEST", "Lowest value first; of a range the upper end counts.")


@strawberry.enum(description="Orders of a list of papers.")
class PaperOrder(Enum):
    """Each order ends with the IRI, so that no two papers are at the same place."""

    YEAR = value("YEAR", "Latest first; papers without a year last.")
    TITLE = value("TITLE", "By title, letter case aside.")
    PAGERANK = value("PAGERANK", "Highest PageRank first.")
    OLDEST = value("OLDEST", "Earliest first; papers without a year last.")
    DEGREE = value("DEGREE", "Those with most neighbours in their projection first.")
    BETWEENNESS = value("BETWEENNESS", "Highest betweenness first.")


@strawberry.enum(description="Orders of a list of entities.")
class EntityOrder(Enum):
    """Each order ends with the IRI, so that no two entities are at the same place."""

    NAME = value("NAME", "By name, letter case aside.")
    PAPERS = value("PAPERS", "Those in most papers first.")
    PAGERANK = value("PAGERANK", "Highest PageRank first.")
    DEGREE = value("DEGREE", "Those with most neighbours in their projection first.")
    BETWEENNESS = value("BETWEENNESS", "Highest betweenness first.")


@strawberry.enum(description="Orders of a list of claims.")
class ClaimOrder(Enum):
    """Each order ends with the IRI, so that no two claims are at the same place."""

    CONFIDENCE = value("CONFIDENCE", "Surest first.")
    EDGE_CONFIDENCE = value(
        "EDGE_CONFIDENCE", "Surest by the claims of all papers together first; what a paper says of itself last."
    )
    SUPPORT = value("SUPPORT", "Those whose edge most papers state first; what a paper says of itself last.")
    LATEST = value("LATEST", "Those of the latest papers first; of papers without a year last.")
    OLDEST = value("OLDEST", "Those of the earliest papers first; of papers without a year last.")


@strawberry.enum(description="Orders of the entities related to an entity.")
class RelatedOrder(Enum):
    """Each order ends with name, IRI, relation and direction, so that no two are at the same place."""

    CLAIMS = value("CLAIMS", "Those with most claims first.")
    CONFIDENCE = value("CONFIDENCE", "The surest first; what the taxonomy alone says last.")
    NAME = value("NAME", "By name, letter case aside.")


@strawberry.enum(description="Orders of the members of a community.")
class MemberOrder(Enum):
    """Each order ends with the IRI, so that no two members are at the same place."""

    PAGERANK = value("PAGERANK", "Highest PageRank first.")
    NAME = value("NAME", "By name or title, letter case aside.")
    DEGREE = value("DEGREE", "Those with most neighbours in their projection first.")
    BETWEENNESS = value("BETWEENNESS", "Highest betweenness first.")


@strawberry.enum(description="Orders of a list of communities.")
class CommunityOrder(Enum):
    """Each order ends with the IRI, so that no two communities are at the same place."""

    MEMBERS = value("MEMBERS", "Largest first.")
    LABEL = value("LABEL", "By label, letter case aside.")


@strawberry.enum(description="A view of the graph that centrality and communities were computed on.")
class Projection(Enum):
    """Values are the names in the projections' IRIs."""

    ENTITIES = value("entities", "Entities, linked where papers mention both or relate them.")
    PAPERS = value("papers", "Papers, linked where they share entities.")
