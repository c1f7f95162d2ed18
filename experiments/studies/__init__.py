"""Studies: designs over uncertainties and levers, kept in a store that never loses a run.

`described` reads `configs/studies/*.yaml`; `design` makes points and blocks of it; `live` lives a
block; `store` keeps blocks on disk; `sweep` joins them; `executors` says where blocks are lived.
"""
