"""`insight spc`: control charts for an analyst, with no server running. The rules are reporting's own, `services/reporting/domain/spc`."""
