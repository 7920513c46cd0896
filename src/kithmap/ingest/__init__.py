"""From an extract as it comes to record tables."""
