"""Changes that people make to the register, one file for each area. All are audited."""
