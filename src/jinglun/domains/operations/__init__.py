"""Coordinated city management 统筹的城市管理: keeping the city moving, safe, clean, in order."""
