"""Tables that people bring in and take out as CSV files."""
