"""Printers and projectors of the site, asked by the one station whose settings name them."""
