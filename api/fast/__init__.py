"""The quick way to an answer: documents compiled to plans that read the arrays of the graph.

Field by field, a general executor spends microseconds on every value; a plan spends them once a
document. What a plan does not know (a field, an argument, a type, a directive) and what must be
told as an error is left, as a whole, to the schema of `api.schema`: an answer from here is the one
that it would have given, and a test over generated documents holds the two against each other.

::

    serving     an ASGI endpoint before GraphQL's: bodies, persisted documents, caching headers
    documents   which documents are sound, and their plans, kept by text
    compiling   selections, arguments, fragments and directives to functions
    roots, nodes, lists, pages   what each field reads from the arrays
"""
