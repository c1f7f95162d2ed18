"""The FGD packet: from a results folder to a room of women, on paper and on a phone.

Data flows one way: `plan` (what the facilitator wrote) and a results folder become `facts` (numbers,
each with the table and column it comes from), these become `sheets`, `guide` and `explorer` (words),
and `typeset` puts the words on paper. `notes` brings what the women said back.
"""
