"""Piano rolls: a box for each note, in its place, with names for everything."""

import numpy as np

from gentutor.plots import show_rolls

ROLL = np.array([[67, 60], [67, 60], [67, 0], [69, 59]])


def boxes(picture, axis=0):
    found = []
    for collection in picture.figure.axes[axis].collections:
        for path in collection.get_paths():
            box = path.get_extents()
            found.append((round(box.x0, 1), round(box.x1, 1), round((box.y0 + box.y1) / 2)))
    return sorted(found)


def test_each_note_is_a_box_at_its_time_and_pitch():
    wanted = [(0.0, 1.0, 60), (0.0, 1.5, 67), (1.5, 2.0, 59), (1.5, 2.0, 69)]
    assert boxes(show_rolls({"a": ROLL}, alt="Two voices, four notes")) == wanted


def test_onsets_part_equal_notes_and_rolls_stand_below_each_other():
    onset = np.array([[1, 1], [1, 0], [0, 0], [1, 1]])
    picture = show_rolls({"one": ROLL, "two": ROLL}, onsets={"one": onset, "two": onset}, alt="Two rolls", given=2)
    assert len(boxes(picture, 0)) == len(boxes(picture, 1)) == 5
    first, second = picture.figure.axes
    assert (first.get_title(), second.get_title()) == ("one", "two")
    assert second.get_xlabel() == "time (beats)"
    assert [text.get_text() for text in first.get_legend().get_texts()] == ["given", "soprano", "alto"]
    assert picture._repr_mimebundle_()["text/plain"] == "Two rolls"


def test_silence_can_be_drawn():
    assert show_rolls({"": np.zeros((4, 4), int)}, alt="Nothing sounds").png()[:4] == b"\x89PNG"
