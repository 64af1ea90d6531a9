"""Trains and measures the model for feedback: `rows` reads labelled comments, `encoder` and `meaning` say what texts and words mean,
`vectors` distils that into words, `features` lays texts out, `regression` fits, `calibrating` makes confidences honest, `fitting` puts a
model together, `measuring` tries it on what it has not seen, `card` tells, `commands` does it all.

Nothing of it runs in a service.
"""
