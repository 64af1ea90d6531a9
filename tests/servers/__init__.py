"""The one place that picks the servers of a test run: external, containers or embedded.

`choice` decides and says which; `keeper` is the process that starts them when first asked and stops them when the run is over,
however it ends; `client` is how a test process asks it.
"""
