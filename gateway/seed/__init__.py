"""Data that grows: as many generations of generated people and things as a scale asks for."""
