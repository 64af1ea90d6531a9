"""Dead letters where they were set aside: kept whole until an operator has decided, then applied after all or discarded.

A decision comes as a fact (`DeadLetterDecided`), and what became of it goes out as one (`DeadLetterSettled`). `replaying` does what
was decided, `repository` has the statements.
"""
