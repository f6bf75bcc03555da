"""What users subclass, in parts: each module is one concern of a role's public API."""
