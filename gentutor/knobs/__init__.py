"""Hyper-parameters, each declared once.

A `Knob` carries everything that anyone needs to know about one hyper-parameter. The slider, the lesson's
``parameters`` cell, the command line, ``docs/knobs.md`` and the test of its promised effect all read that
one declaration. The machinery is in `gentutor.knobs.knob`; one module per lesson holds the declarations.
"""

from gentutor.knobs.declared import lesson_knobs, lessons_with_knobs
from gentutor.knobs.knob import Knob, KnobSet

__all__ = ["Knob", "KnobSet", "lesson_knobs", "lessons_with_knobs"]
