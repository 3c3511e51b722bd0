"""Quality over time: what each source's deliveries usually are, and whether tonight's is like them.

Belongs here: aggregates prepared in SQL, the bands they usually lie in, the pages that show them. Does not belong here: what a row must be
(contracts/records, blocking), and any frame, page or check with a value of a person.
"""
