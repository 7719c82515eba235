"""What is watched, counted and pursued in the city's industrial economy (创新的产业经济)."""
