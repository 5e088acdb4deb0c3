"""The panel without a browser: frames, what travels, failures, still pictures, fallback."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import ipywidgets  # type: ignore[import-untyped]
import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter
from PIL import Image

from gentutor.errors import FrameError, KnobError
from gentutor.knobs import Knob, KnobSet
from gentutor.widgets import Frame, panel
from gentutor.widgets.cells import close_whole
from gentutor.widgets.core_panel import CorePanel
from gentutor.widgets.fallback import PATIENCE, GuardedPanel
from gentutor.widgets.page_panel import PagePanel
from gentutor.widgets.slider_panel import StillPanel

KNOBS = KnobSet(
    Knob("grey", 128, 0, 255, help="Brightness.", effect="higher: brighter."),
    Knob("lr", 1e-3, 1e-5, 0.1, scale="log", help="Step size.", effect="higher: faster."),
)


def draw(grey: int, lr: float) -> Frame:
    image = np.full((6, 4), grey, np.uint8)
    image[0, 0] = 255
    return Frame(image, {"loss": np.linspace(0, lr, 5)}, caption=f"mean {image.mean():.0f}", x_name="step")


@pytest.fixture(autouse=True)
def no_widgets_left() -> Iterator[None]:
    yield
    ipywidgets.Widget.close_all()


@pytest.fixture
def shown() -> Any:
    return panel(draw, KNOBS, alt="A grey field")


@pytest.fixture
def sent(shown: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], list[bytes]]]:
    """What the panel sends to the page."""
    messages: list[tuple[dict[str, Any], list[bytes]]] = []
    monkeypatch.setattr(shown.page, "send", lambda content, buffers=None: messages.append((content, buffers or [])))
    return messages


def hear(page: PagePanel, **content: Any) -> None:
    """Give the panel a message as if the page had sent it."""
    page._handle_custom_msg(content, [])


@pytest.mark.parametrize(
    ("image", "told"),
    [
        (np.zeros((4, 4)), "float64 with shape (4, 4)"),
        (np.zeros((4, 4, 4), np.uint8), "shape (4, 4, 4)"),
        (np.zeros(4, np.uint8), "shape (4,)"),
        ([[1, 2]], "list"),
    ],
)
def test_frame_refuses_what_is_no_picture(image: Any, told: str) -> None:
    with pytest.raises(FrameError, match="uint8") as refusal:
        Frame(image)
    assert told in str(refusal.value)


def test_frame_refuses_nothing_at_all() -> None:
    with pytest.raises(FrameError, match="neither"):
        Frame(caption="nothing")


def test_curve_of_a_wrong_shape_is_named() -> None:
    with pytest.raises(FrameError, match=r"'loss'.*\(3, 5\)"):
        Frame(curves={"loss": np.zeros((3, 5))}).lines()


def test_pack_puts_bytes_in_the_described_order() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)[:, ::2]  # not contiguous
    places, heights = np.arange(3.0), np.array([1.0, 4.0, 9.0])
    content, buffers = Frame(image, {"a": heights, "b": np.stack([places, heights])}).pack()
    assert content["shape"] == [4, 3]
    assert content["curves"] == [{"name": "a", "xs": False}, {"name": "b", "xs": True}]
    assert buffers[0] == image.tobytes()
    for buffer, expected in zip(buffers[1:], (heights, places, heights), strict=True):
        np.testing.assert_array_equal(np.frombuffer(buffer, np.float32), expected)


def test_values_are_answered_with_their_picture(shown: Any, sent: list[Any]) -> None:
    hear(shown.page, kind="values", view="v", number=7, values={"grey": 10, "lr": 0.01})
    [(content, buffers)] = sent
    assert (content["kind"], content["view"], content["number"]) == ("frame", "v", 7)
    assert content["values"] == {"grey": 10, "lr": 0.01}
    assert content["alt"] == "A grey field. grey 10, lr 0.01. mean 20."
    assert np.frombuffer(buffers[0], np.uint8).reshape(content["shape"]).tolist()[1] == [10, 10, 10, 10]
    np.testing.assert_allclose(np.frombuffer(buffers[1], np.float32), np.linspace(0, 0.01, 5), rtol=1e-6)


def test_whole_numbers_stay_whole(shown: Any, sent: list[Any]) -> None:
    hear(shown.page, kind="values", view="v", number=1, values={"grey": 10.0, "lr": 0.01})
    assert type(shown.drawing.values["grey"]) is int


def test_out_of_range_is_refused_in_a_sentence(shown: Any, sent: list[Any]) -> None:
    hear(shown.page, kind="values", view="v", number=1, values={"grey": 300, "lr": 0.01})
    assert "grey = 300 is outside its range" in sent[0][0]["error"]
    assert shown.drawing.values["grey"] == 128


def test_failing_draw_is_told_and_the_panel_lives_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fragile(grey: int, lr: float) -> Frame:
        if grey == 13:
            raise ZeroDivisionError("no luck")
        if grey == 14:
            raise KeyboardInterrupt
        return "no frame" if grey == 15 else draw(grey, lr)  # type: ignore[return-value]

    page = panel(fragile, KNOBS).page
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(page, "send", lambda content, buffers=None: messages.append(content))
    for number, grey in enumerate((13, 14, 15, 16)):
        hear(page, kind="values", view="v", number=number, values={"grey": grey})
    assert "ZeroDivisionError: no luck" in messages[0]["error"]
    assert "fragile" in messages[0]["trace"]
    assert "Interrupted" in messages[1]["error"]
    assert "must return a Frame" in messages[2]["error"]
    assert "error" not in messages[3]


def test_first_draw_raises_in_the_cell() -> None:
    with pytest.raises(ZeroDivisionError):
        panel(lambda grey, lr: 1 // 0, KNOBS)
    with pytest.raises(KnobError, match="grey = 999"):
        panel(draw, KNOBS, values={"grey": 999})


def test_state_carries_the_present_frame_for_a_reloaded_page(shown: Any, sent: list[Any]) -> None:
    first = shown.page.get_state()["frame"]
    assert first["content"]["values"]["grey"] == 128
    hear(shown.page, kind="values", view="v", number=1, values={"grey": 10})
    again = shown.page.get_state()["frame"]
    assert again["content"]["values"]["grey"] == 10
    assert again["buffers"][0] != first["buffers"][0]


def test_alt_may_be_a_function() -> None:
    shown = panel(draw, KNOBS, alt=lambda values, frame: f"{values['grey']}: {frame.caption}")
    assert shown.drawing.alt == "128: mean 133"


def test_array_is_taken_as_picture() -> None:
    shown = panel(lambda grey, lr: np.full((3, 5, 3), grey, np.uint8), KNOBS, size=(50, 30))
    assert shown.page.sizes == {"picture": (50, 30), "curves": None}


@pytest.mark.parametrize("kind", ["page", "core", "still"])
def test_every_kind_leaves_a_still_picture_with_alt_text(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENTUTOR_WIDGETS", kind)
    shown = panel(draw, KNOBS, alt="A <grey> field")
    made = shown._repr_mimebundle_()
    bundle = made[0] if isinstance(made, tuple) else made
    assert bundle["text/plain"] == "A <grey> field. grey 128, lr 0.001. mean 133."
    assert 'alt="A &lt;grey&gt; field. grey 128' in bundle["text/html"]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).convert("L"))
    assert pixels[0, 0] == 255  # the white corner pixel, enlarged
    assert pixels[300, 150] == 128
    assert ("application/vnd.jupyter.widget-view+json" in bundle) == (kind != "still")


def as_html(bundle: dict[str, Any], metadata: dict[str, Any]) -> str:
    form: Any = nbformat
    output = form.v4.new_output("display_data", data=bundle)
    cell = form.v4.new_code_cell("panel(...)", outputs=[output])
    notebook = form.v4.new_notebook(cells=[cell], metadata=metadata)
    make: Any = HTMLExporter
    return str(make().from_notebook_node(notebook)[0])


def test_nbconvert_shows_the_picture_with_its_alt_text(shown: Any) -> None:
    html = as_html(shown._repr_mimebundle_(), {})
    assert '<img alt="A grey field. grey 128, lr 0.001. mean 133."' in html
    assert "No description has been provided" not in html


def test_nbconvert_prefers_saved_widget_state_and_still_mode_is_the_way_out(
    shown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    mime = "application/vnd.jupyter.widget-state+json"
    state = {"widgets": {mime: {"state": {shown.model_id: {}}, "version_major": 2, "version_minor": 0}}}
    assert '<img alt="A grey field' not in as_html(shown._repr_mimebundle_(), state)
    monkeypatch.setenv("GENTUTOR_WIDGETS", "still")
    alone = panel(draw, KNOBS, alt="A grey field")
    assert isinstance(alone, StillPanel)
    assert '<img alt="A grey field' in as_html(alone._repr_mimebundle_(), state)


def test_core_sliders_move_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENTUTOR_WIDGETS", "core")
    shown = panel(draw, KNOBS)
    assert isinstance(shown, CorePanel)
    before = shown.image.value
    grey, lr = shown.sliders["grey"], shown.sliders["lr"]
    assert (grey.value, lr.value) == (128, 1e-3)
    grey.index = 0
    assert shown.image.value != before
    assert shown.caption.value == "mean 11"
    lr.index = len(lr.options) - 1
    assert shown.drawing.values == {"grey": 0, "lr": 0.1}


def test_core_panel_stands_in_when_the_page_panel_stays_silent(shown: Any) -> None:
    assert isinstance(shown, GuardedPanel)
    for second in range(1, PATIENCE + 1):
        assert shown.children[0] is shown.page
        shown.pulse.value = second
    assert isinstance(shown.children[0], CorePanel)


def test_page_panel_stays_once_it_has_told_that_it_is_shown(shown: Any) -> None:
    shown.pulse._view_count = 1
    assert shown.pulse.playing
    hear(shown.page, kind="ready", view="v")
    assert not shown.pulse.playing
    shown.pulse.value = PATIENCE
    assert shown.children[0] is shown.page


def test_without_anywidget_the_core_panel_is_made() -> None:
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        f"{_ALONE}from gentutor.widgets.slider_panel import panel\nprint(type(panel(draw, KNOBS)).__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "CorePanel", done.stderr


_ALONE = """
import numpy as np
from gentutor.knobs import Knob, KnobSet
KNOBS = KnobSet(Knob("grey", 128, 0, 255, help="Brightness.", effect="higher: brighter."))
draw = lambda grey: np.full((4, 4), grey, np.uint8)
"""


def test_closing_leaves_no_widget_behind(shown: Any) -> None:
    close_whole(shown)
    assert ipywidgets.widgets.widget._instances == {}


def test_the_package_exports_functions_and_refuses_other_names_in_words() -> None:
    import gentutor.widgets

    assert callable(gentutor.widgets.panel)
    with pytest.raises(AttributeError, match="panels"):
        gentutor.widgets.panels  # noqa: B018
