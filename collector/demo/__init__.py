"""A region that does not exist, for the demonstration: eight sites, fourteen months, visitors drawn from a seed.

What is drawn comes through the same commit and roller as what real stations send. Everything follows from the seed
and the clock, day by day: so the truth behind every figure can be drawn again, and a demonstration that was stopped
goes on where it was.
"""
