"""An author's own module: its layers declared, and what it changes put back."""
