"""What a city offers its residents: easy services, health, learning and work, for all alike."""
