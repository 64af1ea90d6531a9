"""The account, drawn up by a process of its own that knows no service: only receipts, databases, topics and the mailbox.

`client` starts it and tells it what was promised; `__main__` is the process. `databases` and `wire` read what has come of it,
`lines` compare the two, `account` is the result.
"""
