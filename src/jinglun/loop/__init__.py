"""THE SHUTTLE: sense, measure, diagnose and open, each true of every domain and every city."""
