"""Does the model deserve trust? Patterns that it was not told to show, each with its knock-out.

`laboratory` runs one village under what a pattern asks for; `patterns` holds the patterns (theory
sheet, section 3); `validate` tries them in many villages and says what came out.
"""
