"""How a graph hangs together and how it grows, in plain values: levels of communities, bridges, rising entities."""

from __future__ import annotations

from typing import Any

from kg.analytics import bridges, entity_graph, further, levels, measure, rising
from kg.network import nodes_and_edges
from kg.store import GraphStore


def structure(
    store: GraphStore,
    *,
    levels_too: bool = False,
    bridges_too: bool = False,
    rising_too: bool = False,
    top: int = 10,
    seed: int = 0,
) -> dict[str, Any]:
    """What was asked for of the entities of a graph: `levels`, `bridges` with harmonic closeness and core, `rising`."""
    papers, entities, edges = nodes_and_edges(store)
    names = {entity.iri: entity.label for entity in entities}
    told: dict[str, Any] = {}
    if levels_too or bridges_too:
        graph = entity_graph(papers, entities, edges)
        measured = measure(graph, seed=seed)
        found = levels(graph, measured, seed=seed)
        if levels_too:
            told["levels"] = [
                {
                    "modularity": round(level.modularity, 6),
                    "communities": [
                        {
                            "number": group.number,
                            "label": group.label,
                            "members": len(group.members),
                            "top": [names[node] for node in group.top],
                            "within": group.parent,
                        }
                        for group in level.groups
                    ],
                }
                for level in found
            ]
        if bridges_too and found:
            more = further(graph, seed=seed)
            labels = {group.number: group.label for group in found[0].groups}
            own = {node: group.number for group in found[0].groups for node in group.members}
            told["bridges"] = [
                {
                    "name": names[bridge.node],
                    "community": labels[bridge.community],
                    "reaches": [labels[number] for number in bridge.reaches],
                    "weight_outside": bridge.outside,
                    "participation": round(bridge.participation, 4),
                    "betweenness": round(measured.nodes[bridge.node].betweenness, 6),
                    "harmonic": round(more[bridge.node].harmonic, 6),
                    "core": more[bridge.node].core,
                }
                for bridge in bridges(graph, own, most=top)
            ]
    if rising_too:
        rise = rising(papers, entities, edges, most=top)
        told["rising"] = {
            "since": rise.since,
            "recent_papers": rise.recent_papers,
            "earlier_papers": rise.earlier_papers,
            "tested": rise.tested,
            "entities": [
                {
                    "name": each.entity.label,
                    "type": each.entity.type,
                    "recent": each.recent,
                    "earlier": each.earlier,
                    "times": each.times,
                    "at_least": each.at_least,
                }
                for each in rise.rises
            ],
        }
    return told
