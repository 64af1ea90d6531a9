"""`insight bench --pages`: p95 of each page of the trends over many reports beside its p95 over ten thousand.

The reports are made up (`synthetic`) and put straight into reporting's tables (`loading`): ten million would take the chain days.
"""
