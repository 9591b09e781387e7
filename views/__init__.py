"""What a page shows, as blocks: pictures, tables and sentences in plain data."""
