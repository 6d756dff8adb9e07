"""A graph for language models and other agents: tools of the Model Context Protocol over one graph folder.

Nothing is served over GraphQL here: the tools read the snapshot itself, so that they work offline and
without a server. `kg.agents.server` names the tools, `kg.agents.answers` what they give back,
`kg.agents.telling` says the same in words; `kg mcp` starts it.
"""
