"""The tables that pages need in the database of every service."""
