"""What may be said: the ontology, its shapes, the taxonomies, and the names of all their terms."""
