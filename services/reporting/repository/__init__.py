"""Every statement of reporting: `facts` and `counts` keep the read model, the others answer the pages."""

from services.reporting.repository.counts import tallies, told

__all__ = ["tallies", "told"]
