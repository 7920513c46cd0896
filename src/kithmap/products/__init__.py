"""What is handed over: tables, charts, profiles. They take releases only."""
