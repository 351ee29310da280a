"""The sender: a short-lived process that takes the readings, sends what is in the spool, and exits."""
