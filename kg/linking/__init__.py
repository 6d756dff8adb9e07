"""Entities of a graph linked to concepts of vocabularies that others keep: OpenCS, the ACM classification.

`index` makes one compact file of the vocabularies, `match` finds in it what an entity is, and
`score` says how sure that is.
"""

from kg.linking.match import Link, Linker, Links, link_entities, linker_of

__all__ = ["Link", "Linker", "Links", "link_entities", "linker_of"]
