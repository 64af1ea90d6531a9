"""Trains and measures the model for feedback: `rows` reads labelled comments, `encoder` gives sentences meaning, `vectors` distils that
into words, `regression` fits, `fitting` puts a model together, `folds` tries it on what it has not seen, `card` tells.

Nothing of it runs in a service.
"""
