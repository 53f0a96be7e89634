"""What FORMATS.md says that things cost, once more and as plainly as possible, in fractions.

Written from FORMATS.md and DESIGN.md and sharing no code with billcore, of which it imports nothing: it reads the plain
documents that billcore's own loader reads, so that the meaning of the formats is what is compared. Loops instead of
look-ups, nothing computed ahead, sets of days instead of differences.

``models`` prices quantities, events and windows; ``periods`` knows billing periods and their parts; ``service`` adds up
a decomposed service; ``quotes`` what a selection comes to; ``documents`` rounds, discounts and taxes; ``lives`` what a
subscription is charged.
"""
