"""Which sessions have ended before their time, as every service knows it: a read model of `insight.sessions.v1` in each service's
own database.

A session is a signed cookie that every service can read by itself, so nothing would end a copy of it but the clock. Intake ends
sessions and publishes the endings; everybody else registers `record_endings` for `SessionEnded`, and `shared.web` asks at each
request.
"""
