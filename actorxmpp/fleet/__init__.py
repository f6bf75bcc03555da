"""Many sessions in one process: configuration, pacing, status."""
