"""有效的政府治理: whether the city's government works as one, decides on evidence and answers."""
