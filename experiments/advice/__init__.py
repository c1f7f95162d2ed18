"""Which plan, how sure, and what to ask: the commands that turn runs into advice."""
