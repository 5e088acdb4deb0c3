"""`gentutor doctor`: what this machine can do for the lessons, in plain words, and what to do about what is missing."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

from gentutor.errors import DataError, LessonError, SetupError
from gentutor.workspace import machine, sandbox

GOOD, NOTE, BROKEN = "good", "note", "broken"
_KEY_PACKAGES = ("torch", "numpy", "jupyterlab", "ipykernel", "ipywidgets", "anywidget", "nbgrader", "papermill")
_FRONT_ENDS = {"anywidget": "anywidget", "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets"}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    about : str
        What was looked at.
    state : str
        `GOOD`; `NOTE` (the lessons run without it); `BROKEN` (they do not).
    text : str
        What was found, in words.
    remedy : str
        What to do; empty when nothing needs to be done.
    """

    about: str
    state: str
    text: str
    remedy: str = ""


def examine(*, browser: bool = False) -> Iterator[Finding]:
    """Look at everything that the lessons need or can use, cheap things first; each finding as soon as it is there."""
    yield from (look() for look in (python, cores, memory, disk))
    yield from packages()
    yield from (look() for look in (graphics, lower_precision, lessons, data, front_ends, port, walls, browser_found))
    if browser:
        yield round_trip()


def python() -> Finding:
    """The Python that runs this."""
    return Finding("Python", GOOD, f"{platform.python_version()} at {sys.executable}")


def cores() -> Finding:
    """Cores of the processor."""
    n_cores = machine.usable_cores()
    text = f"{n_cores} cores of {machine.processor()}; the lessons are made for 2"
    if n_cores >= 2:
        return Finding("Processor", GOOD, text)
    return Finding("Processor", NOTE, text, "Trainings take about twice as long as the lessons say.")


def memory() -> Finding:
    """Memory of the machine or of its container."""
    size = machine.memory_limit() / 1e9
    text = f"{size:.1f} GB; a lesson takes 1 to 2 GB"
    return Finding("Memory", GOOD if size > 3.5 else NOTE, text, "" if size > 3.5 else "Run one lesson at a time.")


def disk() -> Finding:
    """Free space where the workspace would be made."""
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    text = f"{free:.1f} GB free here"
    if free >= 1:
        return Finding("Disk", GOOD, text)
    return Finding("Disk", NOTE if free > 0.1 else BROKEN, text, "Free some space for pictures and weights.")


def packages() -> Iterator[Finding]:
    """The key packages, against the bounds that gentutor was made for."""
    try:
        declared = [Requirement(text) for text in importlib.metadata.requires("gentutor") or []]
    except importlib.metadata.PackageNotFoundError:
        yield Finding("Packages", BROKEN, "gentutor itself is not installed", "In its folder: pip install .")
        return
    bounds = {requirement.name: requirement.specifier for requirement in declared if not requirement.marker}
    for name in _KEY_PACKAGES:
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, BROKEN, "not installed", f"pip install '{name}{bounds[name]}'")
            continue
        fits = bounds[name].contains(version.partition("+")[0], prereleases=True)
        text = f"{version} ({'fits' if fits else 'does not fit'} {bounds[name]})"
        yield Finding(name, GOOD if fits else NOTE, text, "" if fits else f"pip install '{name}{bounds[name]}'")


def graphics() -> Finding:
    """A graphics card that torch could use; lessons run on the processor all the same."""
    import torch

    if torch.cuda.is_available():
        return Finding("Graphics card", GOOD, f"{torch.cuda.get_device_name(0)}: not used, nor needed")
    if torch.backends.mps.is_available():
        return Finding("Graphics card", GOOD, "Apple's (MPS): not used, nor needed")
    return Finding("Graphics card", GOOD, "none that torch can use, and none is needed: the lessons are made for that")


def lower_precision() -> Finding:
    """Whether bfloat16 makes training faster on this processor."""
    from gentutor.models.recipe import bfloat16_pays

    if bfloat16_pays():
        return Finding("bfloat16", GOOD, "this processor computes with it natively; some trainings use it")
    return Finding("bfloat16", GOOD, "not native on this processor; trainings use float32 and take the usual time")


def lessons() -> Finding:
    """The lessons, each read."""
    from gentutor.workspace.lessons import find_lessons, lessons_folder

    try:
        found = find_lessons()
        where = lessons_folder()
    except LessonError as error:
        return Finding("Lessons", BROKEN, str(error), "Restore the file with git, or install gentutor again.")
    if not found:
        return Finding("Lessons", BROKEN, f"there are none in {where}", "Install gentutor again.")
    return Finding("Lessons", GOOD, f"{len(found)} in {where}: {', '.join(lesson.name for lesson in found)}")


def data() -> Finding:
    """The bundled data, each file compared with its checksum."""
    from gentutor.datasets import data_file, data_root
    from gentutor.datasets.bundle import read_manifest

    try:
        names = list(read_manifest())
        size = sum(data_file(name).stat().st_size for name in names) / 1e6
        where = data_root()
    except DataError as error:
        return Finding("Data", BROKEN, str(error), "Restore the file with git, or install gentutor again.")
    return Finding("Data", GOOD, f"{len(names)} files, {size:.1f} MB in {where}, all as their checksums say")


def front_ends() -> Finding:
    """The page's side of the widgets, in the folder from which JupyterLab serves it."""
    from jupyter_core.paths import jupyter_path

    folders = [Path(place) for place in jupyter_path("labextensions")]
    missing = [
        package
        for extension, package in _FRONT_ENDS.items()
        if not any((folder / extension / "package.json").is_file() for folder in folders)
    ]
    if missing:
        remedy = f"pip install --force-reinstall {' '.join(missing)}"
        return Finding("Widgets", BROKEN, f"JupyterLab lacks the page's side of {' and '.join(missing)}", remedy)
    return Finding("Widgets", GOOD, "JupyterLab has the page's side of the sliders and panels")


def port() -> Finding:
    """Whether JupyterLab's usual port is free."""
    from gentutor.workspace.lab import FIRST_PORT, free_port

    try:
        free = free_port(None)
    except SetupError as error:
        return Finding("Port", BROKEN, str(error), "Close some JupyterLabs.")
    if free == FIRST_PORT:
        return Finding("Port", GOOD, f"{FIRST_PORT} is free for JupyterLab")
    return Finding("Port", NOTE, f"{FIRST_PORT} is taken", f"Nothing to do: `gentutor lab` takes {free}.")


def walls() -> Finding:
    """The sandbox in which a teacher can run submissions."""
    landlock = sandbox.landlock_version()
    parts = [
        "bubblewrap works" if sandbox.bubblewrap_works() else "bubblewrap does not work",
        "namespaces work" if sandbox.namespaces_work() else "namespaces are not allowed",
        f"Landlock version {landlock}" if landlock else "no Landlock",
    ]
    text = ", ".join(parts)
    if parts[0] == "bubblewrap works" or (parts[1] == "namespaces work" and landlock):
        return Finding("Sandbox", GOOD, text)
    remedy = "Only teachers who grade need it. Linux: apt-get install bubblewrap, or pip install 'gentutor[teacher]'"
    return Finding("Sandbox", NOTE, text, remedy + "; in a container, allow user namespaces.")


def browser_found() -> Finding:
    """A Chromium for the tests and the round trip; students may use any browser."""
    from gentutor.workspace.browser import find_chromium

    path = find_chromium()
    if path:
        return Finding("Browser", GOOD, f"{path}; `gentutor doctor --browser` measures the round trip")
    remedy = "Any modern browser shows the lessons. The tests need Chromium (Debian: apt-get install chromium)."
    return Finding("Browser", NOTE, "no Chromium found", remedy)


def round_trip() -> Finding:
    """The time of a message from a page to the kernel and back."""
    from gentutor.workspace.round_trip import round_trips

    try:
        times = round_trips()
    except SetupError as error:
        return Finding("Round trip", NOTE, "could not be measured", str(error))
    median = statistics.median(times)
    text = f"a widget's message and its answer: median {median:.0f} ms, slowest {max(times):.0f} ms of {len(times)}"
    if median <= 30:
        return Finding("Round trip", GOOD, text)
    return Finding("Round trip", NOTE, text, "Sliders will feel slow. Close other programs; start with `gentutor lab`.")
