"""The lines of the table, by service."""
