"""`insight faults`: harm an estate of its own in every way that machines have, then account for every report from outside.

`fleet` is the estate with several processes of each service and the ways to harm them, `strikes` the faults, `campaigns` when they
come. `load` gives it work and `ledger`, a process of its own, keeps what was promised and compares it with what has come of it.
`variants` are changed copies of the code: another release, or one that is broken on purpose (`mutants`).
"""
