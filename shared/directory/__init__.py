"""Who is who, as every service knows it: a read model of `insight.directory.v1` in each service's own database.

Intake owns the directory and publishes it; everybody else registers `record_organisations` for `OrganisationRecorded` and asks
`repository`. An organisation is one row that holds its whole record, because each fact replaces the one before.
"""
