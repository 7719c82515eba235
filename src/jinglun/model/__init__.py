"""NOUNS: what could be printed on a card; no input or output."""
