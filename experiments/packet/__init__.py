"""The FGD packet: from a results folder to a room of women, on paper and on a phone.

Data flows one way: `plan` (what the facilitator wrote) and a results folder become `facts`
(numbers, each with the table and column it comes from); these become words in `sheets`, `guide` and
`explorer`, drawings in `pictures`, and files in `make`. `notes` and `again` bring what the women
said back to the model.
"""
