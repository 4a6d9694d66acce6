"""The catalogue of figures and the engine that computes them and lists their records."""
