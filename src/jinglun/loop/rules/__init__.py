"""What holds for every city: units, quality classes (TOML)."""
