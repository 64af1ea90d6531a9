"""The rules of a case, without input or output: time, policy and people are values that come in.

`clock` says when an answer is due, `case` what a case is, `rules` what may happen to it and which facts tell of it.
"""
