"""What a technician is told of stations and sites, and when: states, rules over readings, and alerts.

Only time in which a site is open counts against a station: nothing is late because a site is closed.
"""
