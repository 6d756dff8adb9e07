"""The enumerations of the GraphQL schema: what arguments and answers may say; a test compares them."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

EntityType: TypeAlias = Literal["METHOD", "TASK", "DATASET", "HARDWARE", "METRIC"]
Role: TypeAlias = Literal[
    "PROPOSES", "USES", "COMPARES_WITH", "STUDIES", "ADDRESSES", "INTRODUCES",
    "EVALUATES_ON", "RUNS_ON", "SENSES_WITH", "REPORTS", "MENTIONS",
]  # fmt: skip
Relation: TypeAlias = Literal[
    "USED_FOR", "PART_OF", "SUB_CLASS_OF", "COMPARED_WITH", "EVALUATED_WITH", "TRAINED_WITH",
    "BENCHMARK_FOR", "EVALUATED_BY", "RUNS_ON", "SENSES_WITH",
]  # fmt: skip
Direction: TypeAlias = Literal["OUTGOING", "INCOMING"]
Status: TypeAlias = Literal["STATED", "HEDGED"]
Match: TypeAlias = Literal["EXACT", "CLOSE"]
ChangeDirection: TypeAlias = Literal["INCREASE", "DECREASE"]
Dimension: TypeAlias = Literal[
    "THROUGHPUT", "LATENCY", "ENERGY", "POWER", "EFFICIENCY", "FREQUENCY", "MEMORY", "ACCURACY"
]
PaperOrder: TypeAlias = Literal["YEAR", "OLDEST", "TITLE", "PAGERANK", "DEGREE", "BETWEENNESS"]
EntityOrder: TypeAlias = Literal["NAME", "PAPERS", "PAGERANK", "DEGREE", "BETWEENNESS"]
FigureOrder: TypeAlias = Literal["HIGHEST", "LOWEST"]

#: The enumerations by the schema's names.
ENUMS: Final = {
    "EntityType": EntityType, "Role": Role, "Relation": Relation, "Direction": Direction, "Status": Status,
    "Match": Match, "ChangeDirection": ChangeDirection, "Dimension": Dimension, "PaperOrder": PaperOrder,
    "EntityOrder": EntityOrder, "FigureOrder": FigureOrder,
}  # fmt: skip
