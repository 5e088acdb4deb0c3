"""The latent map in a real browser: on a plain page, exported with the network off, and in JupyterLab."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
import torch
from nbconvert import HTMLExporter
from PIL import Image
from torch import nn

from gentutor.models.vae import VAE
from gentutor.widgets import latent_map
from gentutor.widgets.in_page import layers_of, pack_layers
from gentutor.widgets.map_panel import LatentMap
from gentutor.widgets.pages import page as joined
from tests.browser.lab import Lab

CLASSES = ("trouser", "ankle boot", "bag")
EXTENT = 3.0
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((entry) =>
  [entry.value, ...entry.sources.map(({node}) => node?.className ?? String(node))])))
  .observe({type: "layout-shift", buffered: true});
"""


def make_model() -> VAE:
    model = VAE(latent_dim=2, width=40, n_layers=2)
    with torch.no_grad():
        for part, factor in ((model.encoder, 2), (model.decoder, 2.5)):
            for layer in part:
                if isinstance(layer, nn.Linear):
                    layer.weight *= factor
    return model


def make_images() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    return torch.rand(60, 1, 28, 28, generator=generator), torch.arange(60) % 3


@pytest.fixture(scope="module")
def model() -> VAE:
    return make_model()


@pytest.fixture(scope="module")
def shown(model: VAE) -> LatentMap:
    return latent_map(model, *make_images(), CLASSES, extent=EXTENT, title="A test map")


@pytest.fixture(scope="module")
def address(shown: LatentMap, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("map") / "map.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><body>{shown.html}<p>after</p>", encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def view(browser: Any, address: str) -> Iterator[Any]:
    """A page with one map and nothing else; a script's error fails the test."""
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(SHIFTS)
    page.goto(address)
    page.locator(".gt-pair b").wait_for()  # written when the thumbnails have arrived
    yield page
    page.close()
    assert not errors


def pixels(canvas: Any) -> np.ndarray[Any, Any]:
    url = canvas.evaluate("(canvas) => canvas.toDataURL()")
    image = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    return np.asarray(image.convert("RGB"))[..., 0] / 255


def drawn(model: VAE, z: tuple[float, float]) -> np.ndarray[Any, Any]:
    with torch.no_grad():
        return torch.sigmoid(model.decode(torch.tensor([z])))[0, 0].numpy()


def place(view: Any) -> tuple[float, float]:
    """The code that the sliders show, to two digits."""
    first, second = (float(view.get_by_role("slider", name=name, exact=True).input_value()) for name in ("z₁", "z₂"))
    return first, second


def on_page(view: Any, z: tuple[float, float]) -> tuple[float, float]:
    """Where a code lies on the page; the margins are those of the plane's frame."""
    box = view.locator(".gt-plane").bounding_box()
    side = box["width"] - 34 - 10
    x = box["x"] + 34 + (z[0] / EXTENT + 1) / 2 * side
    return x, box["y"] + 10 + (1 - z[1] / EXTENT) / 2 * side


@pytest.mark.parametrize(("precision", "tolerance"), [("float16", 1e-2), ("int8", 0.15)])
def test_the_network_in_the_page_is_the_model(browser: Any, model: VAE, precision: Any, tolerance: float) -> None:
    z = 2 * torch.randn(50, 2, generator=torch.Generator().manual_seed(0))
    exact = torch.sigmoid(model.decode(z)).flatten(1).detach().numpy()
    page = browser.new_page()
    found = page.evaluate(
        "([packed, zs]) => {"
        + joined("mlp.js")
        + "const net = mlp(unpackLayers(packed)); return zs.map((z) => [...net(z)]);}",
        [pack_layers(layers_of(model.decoder, last="sigmoid"), precision), z.tolist()],
    )
    page.close()
    assert np.ptp(exact) > 0.5
    assert np.abs(np.array(found) - exact).max() < tolerance


@pytest.mark.parametrize("activation", [nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid, nn.SiLU])
def test_each_activation_in_the_page(browser: Any, activation: type[nn.Module]) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(7, 9), activation(), nn.Linear(9, 5))
    x = 3 * torch.randn(20, 7)
    page = browser.new_page()
    found = page.evaluate(
        "([packed, xs]) => {"
        + joined("mlp.js")
        + "const net = mlp(unpackLayers(packed)); return xs.map((x) => [...net(x)]);}",
        [pack_layers(layers_of(net)), x.tolist()],
    )
    page.close()
    assert np.abs(np.array(found) - net(x).detach().numpy()).max() < 1e-2


def test_dragging_the_ring_draws_what_lies_there(view: Any, model: VAE) -> None:
    picture = view.locator(".gt-picture")
    before = pixels(picture)
    view.mouse.move(*on_page(view, (0.5, 0.5)))
    view.mouse.down()
    for goal in ((0.0, 0.0), (-1.2, 1.5), (-2.0, 2.5)):
        view.mouse.move(*on_page(view, goal))
        assert np.abs(pixels(picture) - drawn(model, goal)).max() < 0.06  # a pixel of the mouse is 0.013 of the map
        assert place(view) == pytest.approx(goal, abs=0.03)
    view.mouse.up()
    assert np.abs(pixels(picture) - before).max() > 0.1
    # Released, the mouse moves nothing.
    held = place(view)
    view.mouse.move(*on_page(view, (2.0, -2.0)))
    assert place(view) == held


def test_touch_drags_too(browser: Any, address: str) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 1000, "height": 800})
    page = context.new_page()
    page.goto(address)
    page.touchscreen.tap(*on_page(page, (2.4, -2.4)))
    assert place(page) == pytest.approx((2.4, -2.4), abs=0.05)
    context.close()


def test_arrow_keys_walk_and_stay_on_the_map(view: Any, model: VAE) -> None:
    ring = view.get_by_role("slider", name="Point on the map")
    view.mouse.click(*on_page(view, (2.5, -2.5)))
    assert ring.evaluate("(el) => el.getRootNode().activeElement === el")  # a click is enough to go on by keyboard
    x, y = place(view)
    view.keyboard.press("ArrowLeft")
    view.keyboard.press("ArrowUp")
    assert place(view) == pytest.approx((x - 0.05, y + 0.05), abs=0.021)
    view.keyboard.press("Shift+ArrowLeft")
    assert place(view) == pytest.approx((x - 0.3, y + 0.05), abs=0.021)
    for _ in range(40):
        view.keyboard.press("Shift+ArrowRight")
    assert place(view)[0] == EXTENT
    assert np.abs(pixels(view.locator(".gt-picture")) - drawn(model, (EXTENT, place(view)[1]))).max() < 0.06


def test_enter_goes_to_the_nearest_test_image(view: Any, model: VAE) -> None:
    codes = model.encode(make_images()[0])[0].detach().numpy()
    view.mouse.click(*on_page(view, (0.0, 0.0)))
    view.keyboard.press("Enter")
    nearest = codes[np.linalg.norm(codes, axis=1).argmin()]
    assert np.abs(pixels(view.locator(".gt-picture")) - drawn(model, (nearest[0], nearest[1]))).max() < 0.06


def test_sliders_move_picture_and_ring(view: Any, model: VAE) -> None:
    slider = view.get_by_role("slider", name="z₁", exact=True)
    slider.focus()
    before = pixels(view.locator(".gt-picture"))
    ring_before = view.locator(".gt-handle").first.bounding_box()["x"]
    slider.press("Home")
    assert place(view)[0] == -EXTENT
    after = pixels(view.locator(".gt-picture"))
    assert np.abs(after - before).max() > 0.05
    assert np.abs(after - drawn(model, place(view))).max() < 0.06
    assert view.locator(".gt-handle").first.bounding_box()["x"] < ring_before - 50


def test_everything_has_a_name_and_the_words_follow(view: Any) -> None:
    for role in ("slider", "button", "img", "group", "region"):
        for element in view.get_by_role(role).all():
            named = element.evaluate("(el) => el.ariaLabel || el.labels?.[0]?.textContent || el.textContent")
            assert named.strip(), element
    picture = view.locator(".gt-picture")
    before = picture.get_attribute("aria-label")
    assert before.startswith("z = (")
    assert any(name in before for name in CLASSES)
    view.mouse.click(*on_page(view, (2.9, 2.9)))
    assert picture.get_attribute("aria-label") != before
    assert "z = (2.9" in picture.get_attribute("aria-label")
    assert "z = (2.9" in view.get_by_role("slider", name="Point on the map").get_attribute("aria-valuetext")
    view.wait_for_function("() => document.querySelector('.gentutor-in-page').shadowRoot"
                           ".querySelector('[aria-live]').textContent.includes('z = (2.9')")  # fmt: skip


def test_hovering_a_point_shows_the_image_and_its_reconstruction(view: Any, model: VAE) -> None:
    x, y = make_images()
    codes = model.encode(x)[0].detach().numpy()
    inside = np.flatnonzero(np.abs(codes).max(axis=1) < 2.8)
    apart = np.array([np.sort(np.linalg.norm(codes - codes[i], axis=1))[1] for i in inside])
    index = int(inside[apart.argmax()])
    code = float(codes[index, 0]), float(codes[index, 1])
    view.mouse.move(*on_page(view, code))
    real, again = (view.locator(".gt-pair canvas").nth(i) for i in (0, 1))
    assert np.abs(pixels(real) - x[index, 0].numpy()).max() < 0.02  # 64 levels of grey
    assert np.abs(pixels(again) - drawn(model, code)).max() < 0.06
    assert view.locator(".gt-tip").inner_text() == CLASSES[int(y[index])]
    assert CLASSES[int(y[index])] in real.get_attribute("aria-label")


def test_interpolation_walks_from_a_to_b(view: Any, model: VAE) -> None:
    view.get_by_role("button", name="From A to B").click()
    handles = {}
    for name, goal in (("A", (-2.0, -2.0)), ("B", (2.0, 1.0))):
        box = view.get_by_role("slider", name=f"{name}, where").bounding_box()
        view.mouse.move(box["x"] + 13, box["y"] + 13)
        view.mouse.down()
        view.mouse.move(*on_page(view, goal))
        view.mouse.up()
        handles[name] = goal
    walk = view.get_by_role("slider", name="A to B", exact=True)
    picture = view.locator(".gt-picture")
    walk.press("Home")
    assert np.abs(pixels(picture) - drawn(model, handles["A"])).max() < 0.06
    walk.press("End")
    assert np.abs(pixels(picture) - drawn(model, handles["B"])).max() < 0.06
    strip = pixels(view.locator(".gt-strip canvas"))
    assert np.abs(strip[:, :28] - drawn(model, handles["A"])).max() < 0.06
    assert np.abs(strip[:, 84:112] - drawn(model, (0.0, -0.5))).max() < 0.06  # the fourth of seven: half-way
    view.get_by_role("button", name="Walk").click()
    assert view.get_by_role("slider", name="z₁", exact=True).is_visible()


def test_buttons_change_what_the_map_shows(view: Any) -> None:
    plane = view.locator(".gt-plane canvas")
    plain = pixels(plane)
    view.get_by_role("button", name="Test images").click()
    without = pixels(plane)
    assert (plain != without).mean() > 0.002
    view.get_by_role("button", name="Decoded map").click()
    view.wait_for_timeout(300)
    assert (pixels(plane) != without).mean() > 0.3
    view.get_by_role("button", name="Decoded map").click()
    assert np.array_equal(pixels(plane), without)
    view.get_by_role("button", name="Test images").click()
    chip = view.get_by_role("button", name="bag")
    chip.click()
    assert chip.get_attribute("aria-pressed") == "true"
    assert not np.array_equal(pixels(plane), plain)


def test_keys_stay_in_the_map(view: Any) -> None:
    view.evaluate("() => { window.heard = []; document.addEventListener('keydown', (e) => heard.push(e.key)); }")
    for role, name in (("slider", "z₁"), ("slider", "Point on the map"), ("button", "Walk")):
        view.get_by_role(role, name=name, exact=True).press("d")
    assert view.evaluate("() => window.heard") == []
    view.get_by_role("slider", name="z₁", exact=True).press("Control+d")  # those of browser and notebook go on
    assert "d" in view.evaluate("() => window.heard")


def test_nothing_on_the_page_moves(view: Any) -> None:
    view.get_by_role("button", name="From A to B").click()
    view.get_by_role("button", name="Decoded map").click()
    view.get_by_role("button", name="Walk").click()
    view.mouse.click(*on_page(view, (-2.9, 2.9)))
    view.keyboard.press("Shift+ArrowDown")
    view.wait_for_timeout(300)
    assert view.evaluate("() => window.shifts") == []
    assert view.evaluate("() => document.scrollingElement.scrollWidth <= innerWidth")


def test_two_maps_on_a_page_are_independent(browser: Any, shown: LatentMap) -> None:
    page = browser.new_page(viewport={"width": 1000, "height": 1500})
    page.set_content(f"<body>{shown.html}{shown.html}")
    first, second = (page.locator(".gt-picture").nth(i) for i in (0, 1))
    before = pixels(second)
    page.get_by_role("slider", name="z₁", exact=True).first.press("Home")
    assert np.abs(pixels(first) - before).max() > 0.05
    assert np.array_equal(pixels(second), before)
    page.close()


def test_without_scripts_the_still_picture_stands(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    still = page.locator("img")
    assert still.is_visible()
    assert "trouser" in still.get_attribute("alt")
    assert still.bounding_box()["width"] > 600
    context.close()


def test_a_dark_page_gets_a_dark_map(view: Any) -> None:
    plane = view.locator(".gt-plane canvas")
    light = pixels(plane)
    dark = {"--jp-layout-color0": "#111", "--jp-ui-font-color0": "#fff", "--jp-ui-font-color1": "#ccc"}
    view.evaluate("(dark) => Object.entries(dark).map((one) => document.body.style.setProperty(...one))", dark)
    view.locator(".gt-dark").wait_for()
    assert not np.array_equal(pixels(plane), light)


def as_notebook(shown: LatentMap) -> Any:
    """A notebook with the map as stored output, as papermill leaves it."""
    data, metadata = shown._repr_mimebundle_()
    data = {**data, "image/png": base64.b64encode(data["image/png"]).decode()}
    form: Any = nbformat
    cell = form.v4.new_code_cell("shown", outputs=[form.v4.new_output("display_data", data, metadata=metadata)])
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return form.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})


def test_an_exported_notebook_works_without_a_network(
    browser: Any, shown: LatentMap, model: VAE, tmp_path: Path
) -> None:
    exported, _ = HTMLExporter().from_notebook_node(as_notebook(shown))  # type: ignore[no-untyped-call]
    path = tmp_path / "lesson.html"
    path.write_text(exported, encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    picture = page.locator(".gt-picture")
    picture.wait_for()
    before = pixels(picture)
    page.mouse.click(*on_page(page, (-2.5, 2.5)))
    page.get_by_role("slider", name="z₂", exact=True).press("ArrowUp")
    assert np.abs(pixels(picture) - before).max() > 0.05
    assert np.abs(pixels(picture) - drawn(model, place(page))).max() < 0.06
    context.close()


CELL = """
from pathlib import Path
from IPython.display import HTML, display
class Map:
    def _repr_mimebundle_(self, **_):
        return {"text/html": Path("map_output.html").read_text(), "text/plain": "map"}
Map()
"""


def test_in_jupyterlab(lab: Lab, shown: LatentMap, model: VAE) -> None:
    (lab.server.root / "map_output.html").write_text(shown.html, encoding="utf-8")
    lab.open(lab.write("map.ipynb", [CELL, "1 + 1"]))
    lab.run_all()
    picture = lab.page.locator(".gt-picture")
    picture.wait_for()
    picture.scroll_into_view_if_needed()
    lab.page.wait_for_timeout(500)
    before, since = pixels(picture), lab.clock()
    lab.page.mouse.move(*on_page(lab.page, (2.0, 0.0)))
    lab.page.mouse.down()
    lab.page.mouse.move(*on_page(lab.page, (-1.5, 1.0)), steps=8)
    lab.page.mouse.up()
    assert np.abs(pixels(picture) - before).max() > 0.05
    lab.page.keyboard.press("ArrowLeft")
    x, _ = place(lab.page)
    assert x == pytest.approx(-1.55, abs=0.05)
    lab.drag("z₁", 0.2, 0.8, n=0)
    assert place(lab.page)[0] == pytest.approx(1.8, abs=0.1)
    for name in ("z₁", "Point on the map"):
        lab.page.get_by_role("slider", name=name, exact=True).press("d")
        lab.page.keyboard.press("d")
    assert lab.n_cells == 2
    total, shifts = lab.layout_shift(since)
    assert total == 0, shifts
    assert np.abs(pixels(picture) - drawn(model, place(lab.page))).max() < 0.06
    theme = "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
    lab.page.evaluate(theme, "JupyterLab Dark")
    lab.page.locator(".gt-dark").wait_for()
    lab.page.evaluate(theme, "JupyterLab Light")
    lab.page.locator(".gt-dark").wait_for(state="detached")


def test_a_notebook_that_is_not_trusted_shows_the_still_picture(lab: Lab, shown: LatentMap) -> None:
    form: Any = nbformat
    form.write(as_notebook(shown), lab.server.root / "stranger.ipynb")
    lab.open("stranger.ipynb")
    still = lab.output(0).locator("img")
    still.wait_for()
    assert "trouser" in still.get_attribute("alt")
    assert still.bounding_box()["width"] > 500
    assert lab.page.locator(".gt-picture").count() == 0
