"""Every statement of reporting: `facts` keeps the read model, `trends` and `operations` answer the pages."""

from services.reporting.repository.facts import counts, tallies

__all__ = ["counts", "tallies"]
