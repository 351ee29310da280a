"""The shared contract between agent and collector; standard library only.

Unknown fields are refused: "we store nothing that is not in the published schema" is a promise to visitors.
So the collector is upgraded before the agents, and a field is added, never renamed and never given a new meaning.
"""
