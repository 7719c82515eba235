"""What a reader sees: templates, charts, word catalogues; they know a release and no more."""
