"""The third mode: runs in the visitor's desktop session and tells the service one number, and nothing else ever.

The number is the seconds since the last input. It goes over a local socket, as ASCII digits and a newline. No keys, no
titles, no names are read. Whoever kills this program or makes it lie distorts this one station, bounded.

At most 11 MiB resident, interpreter included: so no typing, enum, re or json at run time, and `_socket` for `socket`.
"""
