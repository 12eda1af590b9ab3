"""Running the service: start, health, doctor, backup and restore, the demo."""
