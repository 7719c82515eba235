"""MATHEMATICS that has never heard of a city."""
