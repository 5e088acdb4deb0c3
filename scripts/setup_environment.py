"""Makes the virtual environment of this checkout, or says in a sentence why it cannot: called by the Makefile.

    python3 scripts/setup_environment.py [--dev] [--torch-index URL]

Nothing is installed a second time: a stamp in ``.venv`` holds what `pyproject.toml` asked for. While an installation
runs there is a marker; when it is still there the next time, that installation was cut off and starts afresh.
Only the standard library, and only syntax that Python 3.6 can read as well, so that it can say it is too old.
"""

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import threading
import time

try:
    import venv
except ImportError:  # Debian has it in a package of its own, which `check_python` names
    venv = None

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 11)
FULL_GB, SMALL_GB = 7.0, 2.5
FIRST_FROM_INDEX = ("torch", "torchvision")
NOISE = ("WARNING: Location", "Requirement already satisfied", "Looking in indexes", "[notice]")


class SetupError(Exception):
    """The environment cannot be made; the text says why and what to do."""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--venv", default=os.path.join(ROOT, ".venv"))
    parser.add_argument("--dev", action="store_true", help="also what the tests and benchmarks need")
    parser.add_argument("--torch-index", default="", help="package index for torch and torchvision only")
    parser.add_argument("--check", action="store_true", help="only say, by the exit code, whether it is ready")
    options = parser.parse_args()
    if options.check:
        return 0 if is_ready(options.venv, options.dev) else 1
    try:
        check_python()
        set_up(options.venv, options.dev, options.torch_index)
    except SetupError as problem:
        print("\n" + str(problem), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next `make` starts the installation afresh.", file=sys.stderr)
        return 130
    return 0


def check_python():
    """Refuse a Python that is too old or cannot make environments."""
    version = ".".join(str(part) for part in sys.version_info[:2])
    if tuple(sys.version_info[:2]) < OLDEST:
        raise SetupError(
            f"gentutor needs Python 3.11 or newer, but {sys.executable} is Python {version}. Install a newer one "
            "(Debian and Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.12; Windows: "
            "python.org), and name it if it is not found by itself: make lab PYTHON=/path/to/python3.12"
        )
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        raise SetupError(
            f"{sys.executable} has no module {missing[0]}, which makes environments. On Debian and Ubuntu it is a "
            f"package of its own: apt-get install python{version}-venv"
        )


def set_up(folder, dev, torch_index):
    """Bring the environment up to what pyproject.toml asks for; at once when it already is."""
    if is_ready(folder, dev):
        return
    marker = marker_path(folder)
    if os.path.exists(marker):
        print("The last installation was cut off; it starts afresh.")
        shutil.rmtree(folder)
    python = make_venv(folder)
    check_disk(folder, torch_index, bool(find_package(folder, "torch")))
    write(marker, "")
    started = time.time()
    print(f"Setting up gentutor in {os.path.relpath(folder)} (once; some minutes, most of them for PyTorch).")
    if torch_index and not find_package(folder, "torch"):
        pip(python, ["--index-url", torch_index, *bounds_of(FIRST_FROM_INDEX)], torch_index, marker)
    pip(python, ["--editable", ROOT + ("[dev,teacher]" if dev else "")], torch_index, marker)
    extra = "dev" if dev else "core"
    write(stamp_path(folder, extra), fingerprint(extra))
    os.unlink(marker)
    print(f"The environment is ready after {clock(time.time() - started)}.")


def is_ready(folder, dev):
    """Whether everything that pyproject.toml asks for was installed, to the end."""
    extras = ["dev"] if dev else ["core", "dev"]  # with what the tests need, what the lessons need is there as well
    stamped = any(read(stamp_path(folder, extra)) == fingerprint(extra) for extra in extras)
    return stamped and os.path.exists(python_of(folder)) and not os.path.exists(marker_path(folder))


def python_of(folder):
    """The Python of a virtual environment, whether or not it is there."""
    return os.path.join(folder, "Scripts", "python.exe") if os.name == "nt" else os.path.join(folder, "bin", "python")


def make_venv(folder):
    """Make the virtual environment where there is none that works; return its Python."""
    python = python_of(folder)
    if os.path.exists(python):
        for words in (["pip", "-V"], ["ensurepip"]):  # an environment that uv made has no pip yet
            if subprocess.call([python, "-m", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
                return python
    print(f"Making {os.path.relpath(folder)} with Python {sys.version.split()[0]} ...", flush=True)
    try:
        venv.create(folder, with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"The environment {folder} could not be made: {error}") from error
    return python


def check_disk(folder, torch_index, has_torch):
    """Refuse before a download that the disk cannot hold."""
    big = sys.platform == "linux" and not torch_index
    needed = 0.5 if has_torch else (FULL_GB if big else SMALL_GB)
    free = shutil.disk_usage(folder).free / 1e9
    if free < needed:
        hint = " PyTorch without CUDA is far smaller: make lab TORCH_INDEX=ADDRESS, the address of its CPU index."
        raise SetupError(
            f"The disk that holds {folder} has {free:.1f} GB free, but about {needed:.1f} GB are needed. Free some "
            "space and run the command again." + (hint if big and not has_torch else "")
        )


def pip(python, arguments, torch_index, marker):
    """Run pip, show what it does and that it is alive, and turn a failure into a sentence."""
    command = [python, "-m", "pip", "install", "--progress-bar", "off", *arguments]
    environment = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONUNBUFFERED="1")
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, universal_newlines=True, cwd=ROOT
    )
    alive = Alive()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line.rstrip())
            if not line.strip().startswith(NOISE):
                alive.doing(line.strip())
        status = process.wait()
    finally:
        alive.stop()
        process.stdout.close()
        if process.poll() is None:
            process.kill()
            process.wait()
    if status:
        if status == 1:  # pip itself gave up, and then it takes back what it had begun
            os.unlink(marker)
        raise SetupError("\n".join(lines[-12:]) + "\n\n" + why_pip_failed("\n".join(lines), torch_index))


def why_pip_failed(output, torch_index):
    """The sentence below pip's own last lines."""
    if "No space left on device" in output or "Errno 28" in output:
        return "The disk became full while installing. Free some space (default PyTorch on Linux takes about 6 GB)."
    if re.search(r"NewConnectionError|ConnectionError|Name or service|timed out|ReadTimeout|getaddrinfo", output):
        return "The package index could not be reached. Look at the network or the proxy, and run the command again."
    if "No matching distribution" in output:
        where = " at " + torch_index if torch_index else ""
        return f"A package was not found{where} in a version that fits this Python and system (see above)."
    return "pip could not install everything; its last lines are above. Nothing was marked as done; run `make` again."


class Alive:
    """A line that says what pip does and for how long: redrawn in a terminal, printed now and then elsewhere."""

    def __init__(self):
        self.text = "asking the package index"
        self.started = time.time()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._show)
        self._thread.daemon = True
        self._thread.start()

    def doing(self, line):
        """Take a line of pip's output as what it does now."""
        if line.startswith("Installing collected packages"):
            line = f"unpacking {line.count(',') + 1} packages"
        if line.startswith(("Collecting", "Downloading", "unpacking", "Installing", "ERROR", "Building", "Preparing")):
            self.text = line[0].lower() + line[1:]

    def stop(self):
        """End the line."""
        self._stop.set()
        self._thread.join()
        if sys.stdout.isatty():
            sys.stdout.write("\r" + " " * 100 + "\r")
            sys.stdout.flush()

    def _show(self):
        terminal = sys.stdout.isatty()
        while not self._stop.wait(0.5 if terminal else 10):
            line = f"{clock(time.time() - self.started)}  {self.text}"
            sys.stdout.write(("\r" + line[:99].ljust(99)) if terminal else line + "\n")
            sys.stdout.flush()


def requirements():
    """The tables of pyproject.toml that decide what is installed."""
    import tomllib

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        return tomllib.load(file)["project"]


def fingerprint(extra):
    """Changes when pyproject.toml asks for something else; other edits of it cause no new installation."""
    project = requirements()
    extras = [project["optional-dependencies"][name] for name in ("dev", "teacher")] if extra == "dev" else []
    parts = [project["dependencies"], extras, project["scripts"], project["version"]]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def bounds_of(names):
    """The requirements of `names`, as pyproject.toml states them."""
    return [line for line in requirements()["dependencies"] if re.split(r"[<>=~! ]", line)[0] in names]


def find_package(folder, name):
    """The folder of an installed package; None where it is not installed."""
    for place, folders, _ in os.walk(folder):
        if os.path.basename(place) == "site-packages":
            return os.path.join(place, name) if name in folders else None
    return None


def stamp_path(folder, extra):
    return os.path.join(folder, f"gentutor-{extra}.stamp")


def marker_path(folder):
    return os.path.join(folder, "gentutor-installing")


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d} min"


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main())
