"""Published statistics for programs: tables with a schema, and a catalogue of them."""
