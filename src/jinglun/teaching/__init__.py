"""The teaching city 示例市: an openly artificial, seeded, watermarked city folder of any size."""
