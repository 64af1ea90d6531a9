"""`insight bench`: how fast the estate is here, each figure beside a floor measured in the same run.

The floor (`floor`) is what could be had without any of our code: raw aiokafka and raw asyncpg in five processes, writing the same
rows into the same tables, with the same commits and hops, on the same servers. Ratios travel between machines; figures do not.
"""
