"""What is made of the lessons to be read, shown and printed: the site, the slides and the handouts.

`executed` runs lessons once and keeps what came out; `readings` leaves the answers out; `sources` and `build` make the
site of it with Sphinx, `slides` and `handout` the pages of a class. Formulas are MathML everywhere (`formulas`), so no
page fetches a script.
"""
