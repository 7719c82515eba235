"""THE SEAM: analytic tables (lake); transactions come with the live platform."""
