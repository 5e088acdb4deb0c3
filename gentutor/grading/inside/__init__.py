"""What runs inside the wall, beside the student's code: it knows no expected value, no seed and no mark.

These modules import nothing of gentutor but each other and the observing half of a check. `gentutor.grading.library`
copies them, and only them, to where a jailed child can read them.
"""
