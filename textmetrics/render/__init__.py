"""Shows results; computes nothing."""
