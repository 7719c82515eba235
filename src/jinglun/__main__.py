"""What `python -m jinglun` does: the same as the command `jinglun`."""

from jinglun.cli import main

main()
