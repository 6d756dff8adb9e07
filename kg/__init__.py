"""How the graph is made: from files of papers to RDF, analytics and exports."""
