"""Measures the daemon beside other programs that do the same job."""
