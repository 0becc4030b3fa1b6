"""Connections to other machines: which addresses may be reached, and until when."""
