"""What people decide and what follows: small pure functions of plain numbers.

Rules read parameters as `p.name` and hold no number of their own but 0 and 1. They know nothing of
agents, weeks or luck: an engine fetches, calls a rule and stores the result. A draw `u` is a number
in (0, 1) that the engine looked up.
"""
