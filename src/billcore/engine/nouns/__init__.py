"""The nouns of the handle, one module each: verbs that load, decide by the core, and save in one unit of work."""
