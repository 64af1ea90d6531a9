"""Kill what runs while reports come in, then account for every one of them from outside.

`load` and `poison` give the estate work and keep what it promised, `kills` and `replay` do the harm, `wire` and `databases` read
what has come of it past the services, and `ledger` compares the two.
"""
