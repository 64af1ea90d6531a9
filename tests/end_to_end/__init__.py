"""The whole estate, started once, used through its doors as people and programs use it."""
