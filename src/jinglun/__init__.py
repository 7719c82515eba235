"""Jinglun: a city is a folder of data; one command takes it round the loop."""
