"""Honest but odd submissions, as data: what students really hand in, and the points that each has earned."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.grading.submissions import (
    RIGHT,
    Notebook,
    as_bytes,
    cell_of,
    code_cell,
    filled,
    find_cell,
    insert,
    solved,
    untouched,
)

R, K, E = "reparameterise", "kl_divergence", "elbo"
ALL = (R, K, E)


@dataclass(frozen=True)
class Odd:
    """One submission.

    Parameters
    ----------
    name : str
        Short, for the test's id.
    make : callable
        Returns the notebook, or the bytes of the file.
    right : tuple of str
        The exercises that are right; the others come to no points.
    share : dict of str to float
        The share of its points that an exercise earned which is right in part.
    readable : bool
        Whether there is something to grade.
    says : str
        Words that must stand in the message of the first exercise that is not right, or of the whole file.
    extras : dict of str to bytes
        Files beside the notebook that the teacher allowed by name.
    """

    name: str
    make: Callable[[], Notebook | bytes]
    right: tuple[str, ...] = ALL
    share: dict[str, float] = field(default_factory=dict)
    readable: bool = True
    says: str = ""
    extras: dict[str, bytes] = field(default_factory=dict)


def _unreadable(name: str, content: bytes, says: str = "") -> Odd:
    return Odd(name, lambda: content, (), readable=False, says=says)


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("04_vaes.ipynb", as_bytes(solved()))
    return buffer.getvalue()


def _changed(change: Callable[[Notebook], object], **sources: str | None) -> Callable[[], Notebook]:
    """Make a right submission, but for the given cells, and change it."""

    def make() -> Notebook:
        notebook = filled(**sources)
        change(notebook)
        return notebook

    return make


def _saved(encode: Callable[[str], bytes]) -> Callable[[], bytes]:
    """Make a right submission with an accent in it, and save it in another way."""

    def make() -> bytes:
        notebook = filled()
        notebook["cells"][0]["source"] += "\nÜbung für die Vorlesung: π ≈ 3" if encode is not _latin_1 else "\nÜbung"
        return encode(as_bytes(notebook).decode())

    return make


def _latin_1(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _format_3() -> bytes:
    import nbformat

    new = nbformat.reads(as_bytes(solved()).decode(), as_version=4)
    return nbformat.writes(nbformat.convert(new, 3), version=3).encode()


def _format_2() -> bytes:
    cells = []
    for cell in solved()["cells"]:
        if cell["cell_type"] == "code":
            code = {"input": cell["source"], "language": "python", "outputs": [], "collapsed": False}
            cells.append({"cell_type": "code", **code})
        else:
            cells.append({"cell_type": "markdown", "source": cell["source"]})
    sheets = [{"cells": cells, "metadata": {}}]
    return json.dumps({"nbformat": 2, "nbformat_minor": 0, "metadata": {}, "worksheets": sheets}).encode()


def _big_outputs(notebook: Notebook) -> None:
    text = [f"epoch {n}: ℓ = 0.693\n" for n in range(1_000_000)]
    outputs = [{"output_type": "stream", "name": "stdout", "text": text}]
    outputs.append({"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo" * 2_500_000}})
    find_cell(notebook, "train-auto-encoders")["outputs"] = outputs


def _stderr(notebook: Notebook) -> None:
    noise = {"output_type": "stream", "name": "stderr", "text": "UserWarning: this is only noise\n" * 100}
    trace = {"output_type": "error", "ename": "KeyboardInterrupt", "evalue": "", "traceback": ["\x1b[31mKeyboard"]}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [noise, trace]


def _shuffled(notebook: Notebook) -> None:
    """The order in which a student worked: helpers below where they are used, checks on top."""
    insert(notebook, "elbo", "def half(x):\n    return x * A_HALF\n")
    notebook["cells"].append(code_cell("A_HALF = 0.5", "constants"))
    notebook["cells"].reverse()


def _without_checks(notebook: Notebook) -> None:
    notebook["cells"] = [c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]


def _without_metadata(notebook: Notebook) -> None:
    notebook["metadata"] = {}
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {}
        cell["id"] = f"cell{number}"


def _only_answers(notebook: Notebook) -> None:
    questions = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]
    notebook["cells"] = [find_cell(notebook, "imports"), *questions]


def _duplicate_ids(notebook: Notebook) -> None:
    for cell in notebook["cells"][5:30]:
        cell["id"] = "abcd1234"


def _without_ids(notebook: Notebook) -> None:
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]


def _elsewhere(notebook: Notebook) -> None:
    """The stub stays as it was; the answer stands in a cell of its own below it."""
    insert(notebook, "check-kl-divergence", RIGHT[K])


def _tried_before(notebook: Notebook) -> None:
    """A first, wrong try is left in the notebook above the right one."""
    insert(notebook, "kl-divergence", RIGHT[K].replace("0.5", "2"), "kl_divergence(torch.zeros(1, 2), torch.zeros(2))")


def _training(notebook: Notebook) -> None:
    insert(notebook, "kl-divergence", "import time\nwhile True:\n    time.sleep(1)  # training", "open('/nowhere')")


def _magics(notebook: Notebook) -> None:
    insert(
        notebook, "imports", "%matplotlib inline\n!pip install torch\n%load_ext autoreload\n%autoreload 2",
        "%%time\nTWO = 2", "%%bash\necho hello", "torch.Tensor?", "a = %who_ls", "%%html\n<b>x</b>",
    )  # fmt: skip


def _kernel(name: str) -> Callable[[Notebook], object]:
    def change(notebook: Notebook) -> None:
        notebook["metadata"]["kernelspec"] = {"name": name, "display_name": name, "language": name}
        notebook["metadata"]["language_info"] = {"name": name}

    return change


def _windows(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")


def _null_values(notebook: Notebook) -> None:
    notebook["metadata"]["widgets"] = None
    notebook["cells"].append({"cell_type": "raw", "id": "raw", "metadata": {}, "source": "notes"})
    notebook["cells"].append({"cell_type": "code", "id": "e", "metadata": {}, "source": "", "outputs": []})


def _nothing(notebook: Notebook) -> None:
    """Leave it as it is."""


def _kl(source: str) -> Callable[[], Notebook]:
    return lambda: filled(kl_divergence=source)


_HALF = "def kl_divergence(mu, logvar):\n    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n"

FILES = (
    _unreadable("not-json", b"def kl_divergence(mu, logvar):\n    return 0\n"),
    _unreadable("empty-file", b""),
    _unreadable("html", b"<!DOCTYPE html><html><body><h1>04_vaes</h1></body></html>"),
    _unreadable("cut-off", as_bytes(solved())[:20_000]),
    _unreadable("json-but-no-notebook", b'{"answer": 42}'),
    _unreadable("json-list", b"[]"),
    _unreadable("zeros", bytes(5_000)),
    _unreadable("deep-json", b"[" * 100_000 + b"]" * 100_000),
    Odd("zip", _zip, (), readable=False),
    Odd("no-cells", lambda: filled() | {"cells": []}, (), says="ot attempted"),
    Odd("untouched", untouched, (), says="ot attempted"),
    Odd("format-3", _format_3),
    Odd("format-2", _format_2),
    Odd("utf-16", _saved(lambda text: text.encode("utf-16"))),
    Odd("byte-order-mark", _saved(lambda text: text.encode("utf-8-sig"))),
    Odd("latin-1", _saved(_latin_1)),
    Odd("big-outputs", _changed(_big_outputs)),
    Odd("without-outputs-key", _changed(lambda n: [c.pop("outputs", None) for c in n["cells"]])),
    Odd("odd-parts", _changed(_null_values)),
)

NOTEBOOKS = (
    Odd("solved", solved),
    Odd("julia-kernel", _changed(_kernel("julia"))),
    Odd("deleted-checks", _changed(_without_checks)),
    Odd("lost-metadata", _changed(_without_metadata)),
    Odd("only-the-answers", _changed(_only_answers)),
    Odd("duplicate-ids", _changed(_duplicate_ids)),
    Odd("no-ids", _changed(_without_ids)),
    Odd("elsewhere", _changed(_elsewhere, kl_divergence=None)),
    Odd("tried-before", _changed(_tried_before)),
    Odd("stderr-noise", _changed(_stderr)),
    Odd("heavy-training", _changed(_training)),
    Odd("magics", _changed(_magics)),
    Odd("windows-line-ends", _changed(_windows)),
    Odd(
        "out-of-order",
        _changed(
            _shuffled,
            kl_divergence="def kl_divergence(mu, logvar):\n    return half(mu**2 + logvar.exp() - 1 - logvar).sum(1)\n",
        ),
    ),
    Odd(
        "failing-cell",
        _changed(lambda n: insert(n, "kl-divergence", "1 / 0", "raise SystemExit", "oops(", "undefined + 1")),
    ),
    Odd(
        "syntax-error-in-one",
        lambda: filled(kl_divergence="def kl_divergence(mu, logvar):\n    return mu +* 2\n"),
        (R, E),
        says="line 2",
    ),
    Odd("only-one-done", lambda: filled(kl_divergence=None, elbo=None), (R,), says="ot attempted"),
)

ANSWERS = (
    Odd("slow", _kl("import time\n" + _HALF.replace("    return", "    time.sleep(0.6)\n    return"))),
    Odd(
        "float64",
        _kl(
            _HALF.replace("mu**2", "mu.double()**2")
            .replace("logvar", "logvar.double()")
            .replace("(mu, logvar.double())", "(mu, logvar)")
        ),
    ),
    Odd(
        "other-formula",
        _kl(
            "from torch.distributions import Normal, kl_divergence as kl\n\n"
            "def kl_divergence(mu, logvar):\n    q = Normal(mu, (logvar / 2).exp())\n"
            "    return kl(q, Normal(torch.zeros_like(mu), torch.ones_like(mu))).sum(-1)\n"
        ),
    ),
    Odd(
        "einsum",
        _kl(
            "def kl_divergence(mu, logvar):\n"
            "    return (torch.einsum('bz,bz->b', mu, mu) + (logvar.exp() - 1 - logvar).sum(1)) / 2\n"
        ),
    ),
    Odd(
        "python-loops",
        _kl(
            "import math\ndef kl_divergence(mu, logvar):\n    rows = []\n    for m, s in zip(mu, logvar):\n"
            "        rows.append(sum(0.5 * (a * a + b.exp() - 1 - b) for a, b in zip(m, s)))\n"
            "    return torch.stack(rows)\n"
        ),
    ),
    Odd(
        "helper-cells",
        _changed(
            lambda n: insert(
                n,
                "kl-divergence",
                "def one(m, v):\n    return inner(m, v)",
                "inner = lambda m, v: HALF * (m**2 + v.exp() - 1 - v)",
                "HALF = 1 / 2",
                "from functools import partial\nadd_up = partial(torch.sum, dim=1)",
            ),
            kl_divergence="def kl_divergence(mu, logvar):\n    return add_up(one(mu, logvar))\n",
        ),
    ),
    Odd(
        "numpy-helper",
        _kl(
            "import numpy as np\nLOG_HALF = np.log(0.5)\ndef kl_divergence(mu, logvar):\n"
            "    return float(np.exp(LOG_HALF)) * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n"
        ),
    ),
    Odd(
        "class-and-decorator",
        _kl(
            "import functools\ndef logged(f):\n    @functools.wraps(f)\n    def inner(*a, **k):\n"
            "        print('called', a)\n"
            "        return f(*a, **k)\n    return inner\n\nclass KL:\n    factor = 0.5\n"
            "    def __call__(self, m, v):\n        return self.factor * (m**2 + v.exp() - 1 - v).sum(1)\n\n"
            "@logged\ndef kl_divergence(mu, logvar):\n    return KL()(mu, logvar)\n"
        ),
    ),
    Odd("lambda", _kl("kl_divergence = lambda mu, logvar: 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n")),
    Odd(
        "renamed",
        _kl(
            "def my_kl(mu, logvar):\n    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n\n"
            "kl_divergence = my_kl\n"
        ),
    ),
    Odd(
        "other-argument-names",
        _kl("def kl_divergence(m, lv, *, eps=0):\n    return 0.5 * (m**2 + lv.exp() - 1 - lv).sum(1)\n"),
    ),
    Odd(
        "annotated",
        _kl(
            "def kl_divergence(mu: torch.Tensor, logvar: 'torch.Tensor') -> torch.Tensor:\n"
            "    r = 0.5 * (mu**2 + logvar.exp() - 1 - logvar)\n    return r.sum(dim=1)\n"
        ),
    ),
    Odd(
        "prints-and-warnings",
        _kl(
            "import sys, warnings\ndef kl_divergence(mu, logvar):\n    print('mu', mu, file=sys.stderr)\n"
            "    warnings.warn('careful')\n    display(mu)\n"
            "    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n"
        ),
    ),
    Odd(
        "in-place-on-own-copy",
        _kl(
            "def kl_divergence(mu, logvar):\n    r = mu.clone()\n    r.pow_(2)\n    r += logvar.exp()\n    r -= 1\n"
            "    r -= logvar\n    return r.mul_(0.5).sum(1)\n"
        ),
    ),
    Odd(
        "own-constants",
        _changed(
            lambda n: insert(n, "kl-divergence", "HALF = 1.0", "HALF /= 2", "names = []\nnames.append(HALF)"),
            kl_divergence=_HALF.replace("0.5", "names[0]"),
        ),
    ),
    Odd(
        "star-import",
        _kl(
            "from torch import *\nfrom math import *\n"
            + _HALF.replace("logvar.exp()", "exp(logvar)").replace("exp(", "torch.exp(")
        ),
    ),
    Odd(
        "own-check-function",
        _changed(lambda n: insert(n, "kl-divergence", "def check(f):\n    return None", "check(5)")),
    ),
    Odd(
        "given-helper-changed",
        _changed(
            lambda n: insert(
                n,
                "elbo",
                "def reconstruction_loss(logits, x):\n    return nn.functional.binary_cross_entropy_with_logits(\n"
                "        logits, x, reduction='none').flatten(1).sum(1)\n",
            )
        ),
    ),
    Odd("wrong-kl-right-elbo", _kl(_HALF.replace("0.5", "2")), (R, E), says="too large"),
    Odd(
        "half-right",
        _kl(
            "def kl_divergence(mu, logvar):\n    return 0.5 * (mu**2 + logvar.clamp(-3, 3).exp() - 1 - logvar).sum(1)\n"
        ),
        (R, E),
        share={K: 2 / 3},
    ),
    Odd(
        "elbo-by-itself",
        lambda: filled(
            kl_divergence=None,
            elbo=(
                "import torch.nn.functional as F\n\ndef elbo(logits, x, mu, logvar):\n"
                "    rec = F.binary_cross_entropy_with_logits(logits, x, reduction='sum')\n"
                "    kl = 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum()\n    return -(rec + kl) / len(x)\n"
            ),
        ),
        (R, E),
    ),
    Odd("plain-number", lambda: filled(elbo=RIGHT[E].rstrip() + ".item()\n"), (R, K), says="plain"),
    Odd(
        "none",
        _kl("def kl_divergence(mu, logvar):\n    0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n"),
        (R, E),
        says="nothing",
    ),
    Odd("many-dimensions", _kl("def kl_divergence(mu, logvar):\n    return torch.zeros((2,) * 16)\n"), (R, E)),
    Odd(
        "file-beside",
        _kl("HALF = float(open('half.txt').read())\n" + _HALF.replace("0.5", "HALF")),
        extras={"half.txt": b"0.5\n"},
    ),
    Odd(
        "module-beside",
        _kl("import helpers\n\ndef kl_divergence(mu, logvar):\n    return helpers.kl(mu, logvar)\n"),
        extras={"helpers.py": b"def kl(mu, logvar):\n    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n"},
    ),
    Odd(
        "writes-a-file",
        _kl(
            "def kl_divergence(mu, logvar):\n    torch.save(mu, 'mu.pt')\n    mu = torch.load('mu.pt') + 0 * mu\n"
            "    return 0.5 * (mu**2 + logvar.exp() - 1 - logvar).sum(1)\n"
        ),
        (R, E),
    ),
    Odd(
        "threads-of-its-own",  # there are none to be had, and the message says so
        _kl(
            "from concurrent.futures import ThreadPoolExecutor\n"
            "def kl_divergence(mu, logvar):\n    with ThreadPoolExecutor(4) as pool:\n"
            "        return torch.stack(list(pool.map(lambda m: m.sum(), mu)))\n"
        ),
        (R, E),
        says="thread",
    ),
)

HONEST = (*FILES, *NOTEBOOKS, *ANSWERS)

__all__ = ["HONEST", "Odd", "cell_of"]
