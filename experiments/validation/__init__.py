"""Does the model deserve trust? Patterns that it was not told to show, each with its knock-out.

`laboratory` runs one village under what a pattern asks for; `statistics` are the numbers of such
runs, with `estimates` of how sure they are; `patterns` lists the checks with their tolerances and
knock-outs (theory sheet, section 3); `validate` tries them in many villages and says what came out.
"""
