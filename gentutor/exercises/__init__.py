"""Exercises, predictions and claims: what a lesson's cells call to check, help and record a student's work.

An exercise is a contract (`gentutor.exercises.contract`): seeded inputs, an oracle or a property, a tolerance, a
time limit and messages that teach. `gentutor.exercises.observing` calls a student's function and writes down what it
did as plain arrays and values; `gentutor.exercises.judging` compares that with the oracle. The two never share an
object, so the observing half can run in another process. `gentutor.exercises.questions` holds what is answered by a
letter or in words. One module per lesson subject, such as
`gentutor.exercises.vaes`, holds its ``EXERCISES``.
"""

from gentutor.exercises.checking import check, choose
from gentutor.exercises.claims import claim
from gentutor.exercises.guidance import hint, score
from gentutor.exercises.predictions import predict, reveal

__all__ = ["check", "choose", "claim", "hint", "predict", "reveal", "score"]
