"""Benchmarks: seeded generators, and ratios of two things measured in one run."""
