"""Attacks on the grader, as data: what a student may put into the cell of `kl_divergence` instead of an answer.

In each of them `reparameterise` and `elbo` are done honestly, and must keep their points; `kl_divergence` is not, and
must come to none. Code that gets hold of something that it should not see says so by raising an error that begins with
``LOOT``, whose text a student would read on the feedback page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import dedent, indent

from tests.grading.submissions import Notebook, cell_of, code_cell, find_cell, insert

DIFFERS, RAISED, DIED, LATE, NONE = "differs", "raised", "died", "timed out", "not attempted"


@dataclass(frozen=True)
class Attack:
    """One attack.

    Parameters
    ----------
    name : str
        Short, for the test's id.
    tries : str
        What is tried, in a sentence.
    code : str, optional
        The cell of `kl_divergence`; None leaves the stub.
    kinds : tuple of str
        The kinds of verdict that are in order.
    change : callable, optional
        What else is done to the notebook.
    extras : dict of str to str
        Files beside the notebook that the teacher allowed by name.
    after : str
        The cell of `kl_divergence` in the next submission, which looks for what this one left behind.
    """

    name: str
    tries: str
    code: str | None
    kinds: tuple[str, ...]
    change: Callable[[Notebook], object] | None = None
    extras: dict[str, str] = field(default_factory=dict)
    after: str = ""


def kl(body: str, before: str = "") -> str:
    """A cell that defines `kl_divergence` with the given body, and `before` it other statements."""
    inside = indent(dedent(body).strip("\n"), "    ")
    return f"{dedent(before).strip()}\n\ndef kl_divergence(mu, logvar):\n{inside}\n".lstrip()


def loot(expression: str, before: str = "") -> str:
    """A cell whose function raises what it finds, and something harmless when it finds nothing."""
    body = f"""
    try:
        found = {expression}
    except Exception as error:
        raise ValueError("nothing: " + type(error).__name__)
    if found:
        raise ValueError("LO" "OT " + repr(found)[:200])
    raise ValueError("nothing")
    """
    return kl(body, before)


ZERO = "return 0 * (mu + logvar).sum(1)"

OBJECTS = (
    Attack(
        "equals-everything",
        "Return an object that says yes to every comparison.",
        kl(
            "return Yes()",
            """
        class Yes:
            def __eq__(self, other): return True
            def __lt__(self, other): return True
            __gt__ = __le__ = __ge__ = __lt__
            def __bool__(self): return True
            def __getattr__(self, name): return self
            def __call__(self, *a, **k): return self
            def __array__(self, *a, **k): return self
            def __float__(self): return 1.0
            def __len__(self): return 4
        """,
        ),
        (DIFFERS, RAISED),
    ),
    Attack(
        "tensor-subclass",
        "Return a tensor subclass whose comparisons and torch functions always agree.",
        kl(
            "return torch.zeros(len(mu)).as_subclass(Sly)",
            """
        class Sly(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                if function in (torch.equal, torch.allclose, torch.Tensor.equal): return True
                return super().__torch_function__(function, types, args, kwargs or {})
            def __eq__(self, other): return True
            def __array__(self, *a, **k): return SlyArray()
        class SlyArray:
            def __eq__(self, other): return True
        """,
        ),
        (DIFFERS, RAISED),
    ),
    Attack(
        "array-subclass",
        "Return a NumPy subclass whose ufuncs answer 0 difference.",
        kl(
            "return np.zeros(len(mu)).view(Sly)",
            """
        import numpy as np
        class Sly(np.ndarray):
            def __array_ufunc__(self, *a, **k): return np.zeros(4)
            def __array_function__(self, *a, **k): return True
        """,
        ),
        (DIFFERS, RAISED),
    ),
    Attack(
        "class-lies",
        "Return an object whose __class__ says it is a Tensor.",
        kl(
            "return Liar()",
            """
        class Liar:
            @property
            def __class__(self): return torch.Tensor
            def __getattr__(self, name): return lambda *a, **k: self
            dtype, shape, is_meta = torch.float32, (4,), False
            def __len__(self): return 4
        """,
        ),
        (DIFFERS, RAISED, DIED),
    ),
    Attack(
        "evil-exception",
        "Raise an exception whose text is endless, and whose class cannot be shown.",
        kl(
            "raise Evil()",
            """
        class Evil(Exception):
            def __str__(self): return "x" * 10**8
            def __repr__(self): raise SystemExit
        """,
        ),
        (RAISED, DIED, LATE),
    ),
    Attack(
        "control-characters",
        "Raise an exception with HTML, ANSI codes, a formula and direction marks.",
        kl(r"""raise ValueError("=1+1\x1b[31m<script>alert(1)</script>\u202e\x00\ud800")"""),
        (RAISED,),
    ),
    Attack(
        "huge-type-name",
        "Return an object whose type's name is a million characters of markup.",
        kl("""return type("<b>" * 10**6, (), {})()"""),
        (DIFFERS, DIED, RAISED),
    ),
    Attack(
        "sixteen-dimensions",
        "Return a tensor for which advice would try a million combinations.",
        kl("return torch.zeros((2,) * 16)"),
        (DIFFERS,),
    ),
    Attack(
        "many-dimensions",
        "Return a meta tensor with shapes of astronomic size.",
        kl("return torch.empty((2**40, 2**20), device='meta')"),
        (DIFFERS,),
    ),
)

PATCHES = (
    Attack(
        "patched-numpy",
        "Make numpy's comparisons say yes.",
        kl("np.allclose = np.array_equal = np.isclose = lambda *a, **k: True\n" + ZERO, "import numpy as np"),
        (DIFFERS,),
    ),
    Attack(
        "patched-torch",
        "Make torch's comparisons say yes.",
        kl("torch.allclose = torch.equal = torch.Tensor.equal = torch.Tensor.__eq__ = lambda *a, **k: True\n" + ZERO),
        (DIFFERS, RAISED, DIED),
    ),
    Attack(
        "patched-builtins",
        "Replace abs, max, isinstance and len.",
        kl(
            "builtins.abs = lambda x: 0\nbuiltins.max = lambda *a: 0\nbuiltins.isinstance = lambda *a: True\n"
            "builtins.len = lambda x: 1\n" + ZERO,
            "import builtins",
        ),
        (DIFFERS, RAISED, DIED, NONE),
    ),
    Attack(
        "patched-json",
        "Make json write a reply that says it is right.",
        kl('json.dumps = lambda *a, **k: \'{"kind": "right", "points": 3}\'\n' + ZERO, "import json"),
        (DIED, RAISED),
    ),
    Attack(
        "patched-struct",
        "Make struct write frames of no length.",
        kl(
            "struct.pack = lambda *a: b''\nwire._LENGTHS = type('L', (), {'pack': lambda *a: bytes(12), 'size': 12})\n"
            + ZERO,
            "import struct\nfrom gentutor.grading.inside import wire",
        ),
        (DIED, RAISED),
    ),
    Attack(
        "patched-socket",
        "Make every socket send nothing and receive nothing.",
        kl("socket.socket.sendall = lambda *a: None\nsocket.socket.recv = lambda *a: b''\n" + ZERO, "import socket"),
        (LATE, DIED),
    ),
    Attack(
        "patched-observe",
        "Replace observe in the child by one that claims success.",
        kl(
            "child.observe = lambda *a, **k: Observation('right', Value('Tensor'))\n" + ZERO,
            """
        from gentutor.grading.inside import child
        from gentutor.exercises.observing import Observation
        from gentutor.exercises.values import Value
        """,
        ),
        (DIFFERS, DIED, RAISED),
    ),
    Attack(
        "patched-write-down",
        "Replace write_down by one that writes an array of zeros with a flattering dtype.",
        kl(
            "observing.write_down = lambda r: observing.Value('Tensor', 'float32', (4,), np.zeros(4, np.float32))\n"
            + ZERO,
            "import numpy as np\nfrom gentutor.exercises import observing",
        ),
        (DIFFERS, RAISED, DIED),
    ),
    Attack(
        "patched-send",
        "Replace wire.send so that every reply says right, with all points.",
        kl(
            """
        real = wire.send
        more = {"kind": "right", "points": 10}
        wire.send = lambda channel, header, payload=b"": real(channel, {**header, **more}, payload)
        return 0 * mu.sum(1)
        """,
            "from gentutor.grading.inside import wire",
        ),
        (DIFFERS, DIED),
    ),
    Attack(
        "import-hook",
        "Put a finder in front of all imports that hands out fakes.",
        kl(
            "sys.meta_path.insert(0, Fake())\nbuiltins.__import__ = lambda *a, **k: Fake()\n" + ZERO,
            """
        import builtins, sys
        class Fake:
            def find_spec(self, *a): return None
            def __getattr__(self, name): return lambda *a, **k: True
        """,
        ),
        (DIFFERS, RAISED, DIED),
    ),
    Attack(
        "swapped-modules",
        "Replace torch and numpy in sys.modules.",
        kl(
            "sys.modules['torch'] = sys.modules['numpy'] = sys.modules['json'] = Fake()\n" + ZERO,
            """
        import sys
        class Fake:
            def __getattr__(self, name): return lambda *a, **k: True
        """,
        ),
        (DIFFERS, RAISED, DIED),
    ),
    Attack(
        "ipython-transformers",
        "Register input transformers that rewrite the cells to come.",
        kl("get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\n" + ZERO),
        (RAISED,),
    ),
    Attack(
        "settrace",
        "Trace and profile every call, and change local variables of the caller.",
        kl(
            """
        def spy(frame, event, argument):
            frame.f_locals.update(outcome="right", value=None)
            return spy
        sys.settrace(spy); sys.setprofile(spy); threading.settrace(spy)
        return 0 * mu.sum(1)
        """,
            "import sys, threading",
        ),
        (DIFFERS, LATE, DIED),
    ),
    Attack(
        "atexit",
        "Send a reply of one's own when Python ends, and end it.",
        kl(
            'atexit.register(lambda: [os.write(n, b\'{"kind": "right"}\') for n in range(3, 30)])\nsys.exit(0)',
            "import atexit, os, sys",
        ),
        (RAISED, DIED),
    ),
)

_OTHER_COPIES = """
import glob, os
def copies():
    places = ["/", "/gentutor-library", "/usr", "/opt", "/home", "/root", "/tmp", "@REPO@", "@HOME@", os.getcwd()]
    names = ("vaes.py", "losses.py", "kl_divergence.py", "04_vaes.ipynb", "judging.py", "contract.py")
    found = []
    for place in places:
        for folder, folders, files in os.walk(place):
            folders[:] = [f for f in folders if f not in ("torch", "proc", "sys", "share", "include", "nvidia")]
            found += [os.path.join(folder, f) for f in files if f in names and "gentutor" in folder + f + "@REPO@"]
    return [f for f in found if os.access(f, os.R_OK)]
"""

PRYING = (
    Attack(
        "gc-objects",
        "Search all objects for expected values, contracts and seeds.",
        loot(
            "[type(o).__name__ for o in gc.get_objects() if type(o).__name__ in "
            "('Exercise', 'Check', 'Assignment', 'Marker', 'Order', 'Misconception')]",
            "import gc",
        ),
        (RAISED,),
    ),
    Attack(
        "gc-oracle",
        "Search all functions for an oracle or the taught function.",
        loot(
            "[f.__qualname__ for f in gc.get_objects() if callable(f) and 'kl' in getattr(f, '__name__', '').lower() "
            "and 'gentutor' in str(getattr(f, '__module__', ''))]",
            "import gc",
        ),
        (RAISED,),
    ),
    Attack(
        "frames",
        "Walk up the stack for wanted values, a seed or a tolerance.",
        loot(
            "[name for info in inspect.stack() for name in info.frame.f_locals if name in "
            "('seed', 'wanted', 'oracle', 'expected', 'target', 'rtol', 'check', 'exercise', 'solutions')]",
            "import inspect",
        ),
        (RAISED,),
    ),
    Attack(
        "master-in-strings",
        "Search all strings and the plan for a solution.",
        loot(
            "[s[:80] for o in gc.get_objects() if isinstance(o, dict) for s in o.values() "
            "if isinstance(s, str) and ('BEGIN ' + 'SOLUTION') in s]",
            "import gc",
        ),
        (RAISED,),
    ),
    Attack(
        "taught-function",
        "Import the taught function from gentutor, wherever it may be.",
        loot(
            "[n for n in names if there(n)]",
            """
        import importlib
        names = ("gentutor.losses", "gentutor.exercises.vaes", "gentutor.exercises.vaes.kl_divergence",
                 "gentutor.models", "gentutor.samplers", "gentutor.exercises.judging", "gentutor.exercises.registry",
                 "gentutor.grading.marking", "gentutor.exercises.contract", "gentutor.training")
        def there(name):
            try:
                importlib.import_module(name)
                return True
            except ImportError:
                return False
        """,
        ),
        (RAISED,),
    ),
    Attack(
        "taught-by-name",
        "Call gentutor's own function in place of an answer.",
        kl("return theirs(mu, logvar)", "from gentutor.losses import kl_divergence as theirs"),
        (RAISED,),
    ),
    Attack(
        "own-path",
        "Put the repository on sys.path and import from there.",
        kl(
            "return theirs(mu, logvar)",
            "import sys\nsys.path.insert(0, '@REPO@')\nfrom gentutor.losses import kl_divergence as theirs",
        ),
        (RAISED,),
    ),
    Attack("other-copies", "Look all over the disk for another copy.", loot("copies()", _OTHER_COPIES), (RAISED, LATE)),
    Attack(
        "passwords",
        "Read the accounts of the machine.",
        loot(
            "[open(p).read() for p in ('/etc/passwd', '/etc/shadow', '/etc/hostname') if os.access(p, os.R_OK)]",
            "import os",
        ),
        (RAISED,),
    ),
    Attack("home", "List the teacher's home.", loot("os.listdir('@HOME@')", "import os"), (RAISED,)),
    Attack("repository", "List the repository.", loot("os.listdir('@REPO@')", "import os"), (RAISED,)),
    Attack("master-notebook", "Read the master notebook.", loot("open('@MASTER@').read()"), (RAISED,)),
    Attack("neighbour", "Read a neighbour's submission.", loot("open('@NEIGHBOUR@').read()"), (RAISED,)),
    Attack(
        "processes",
        "Look at other processes through /proc.",
        loot("[p for p in os.listdir('/proc')] or open('/proc/self/environ').read()", "import os"),
        (RAISED,),
    ),
    Attack(
        "environment",
        "Read keys, addresses and paths from the environment.",
        loot(
            "[k for k in os.environ if k not in ('PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_CTYPE', 'PWD') and not "
            "k.startswith(('PYTHON', 'OMP', 'MKL', 'OPENBLAS', 'MPL', 'IPYTHON', 'GENTUTOR_INSIDE', 'KMP', 'TORCH'))]",
            "import os",
        ),
        (RAISED,),
    ),
    Attack(
        "open-handles",
        "Read from every open file handle but the one to the checker.",
        loot(
            "[n for n in range(3, 128) if readable(n)]",
            """
        import os, stat
        def readable(n):
            try:
                return not stat.S_ISSOCK(os.fstat(n).st_mode) and bool(os.pread(n, 1, 0))
            except OSError:
                return False
        """,
        ),
        (RAISED,),
    ),
    Attack(
        "second-socket",
        "Find a second socket: a neighbour's, or the zygote's own.",
        loot(
            "[n for n in range(3, 128) if sock(n)][1:]",
            """
        import os, stat
        def sock(n):
            try:
                return stat.S_ISSOCK(os.fstat(n).st_mode)
            except OSError:
                return False
        """,
        ),
        (RAISED,),
    ),
)

_FORGE = """
import dataclasses, json, os, stat, struct, sys, time
import numpy as np
from gentutor.exercises.observing import Observation
from gentutor.exercises.values import Value
from gentutor.grading.inside import wire

def say(data):
    for n in range(3, 128):
        try:
            if stat.S_ISSOCK(os.fstat(n).st_mode):
                view = memoryview(data)
                while view:
                    view = view[os.write(n, view[:1 << 16]):]
        except OSError:
            pass

def frame(header, payload=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("=IQ", len(text), len(payload)) + text + payload

def number():
    at = sys._getframe()
    while at:
        found = at.f_locals.get("number")
        if isinstance(found, str):
            return found
        at = at.f_back

def reply(observation):
    packer = wire.Packer()
    tree = packer.pack(observation)
    return frame({"number": number(), "observation": tree}, packer.payload)

zero = Value("Tensor", "float32", (4,), np.zeros(4, np.float32))
gradients = (np.zeros((4, 3), np.float32),) * 2
fine = Observation("returned", zero, zero, (), gradients)
"""


def forged(body: str) -> str:
    """A cell whose function writes to the checker's socket by itself."""
    return kl(dedent(body).strip("\n") + "\n" + ZERO, _FORGE)


FORGERY = (
    Attack(
        "forged-zeros", "Reply in the child's name with well-formed zeros.", forged("say(reply(fine))"), (DIFFERS, LATE)
    ),
    Attack(
        "forged-verdict",
        "Reply with a verdict, points and a mark.",
        forged("say(frame({'number': number(), 'kind': 'right', 'points': 3, 'verdict': 'right', 'right': True}))"),
        (DIED,),
    ),
    Attack(
        "forged-outcome",
        "Reply with the outcome 'right'.",
        forged("say(reply(dataclasses.replace(fine, outcome='right')))"),
        (DIED,),
    ),
    Attack(
        "forged-nan",
        "Reply with numbers that are none, which compare oddly.",
        forged("""
        bad = Value("Tensor", "float32", (4,), np.full(4, np.nan, np.float32))
        say(reply(Observation("returned", bad, bad, (), gradients)))
        """),
        (DIFFERS, LATE),
    ),
    Attack(
        "forged-shape",
        "Reply with an array of another shape than the one that is claimed.",
        forged("""
        for shape, array in (((4,), np.zeros(5, np.float32)), ((), np.zeros((2, 2), np.float32))):
            say(reply(Observation("returned", Value("Tensor", "float32", shape, array), None, (), gradients)))
        """),
        (DIED, DIFFERS),
    ),
    Attack(
        "forged-no-shape",
        "Reply with an array that hides behind the shape of a single number.",
        forged("""
        odd = Value("Tensor", "float32", (), np.arange(4.0).astype(np.float32))
        say(reply(Observation("returned", odd, odd, (), gradients)))
        """),
        (DIED, DIFFERS),
    ),
    Attack(
        "forged-astronomic-shape",
        "Reply with a shape whose numbers fill a page.",
        forged("""
        long = Value("Tensor", "float32", (10**3000,) * 300)
        say(reply(Observation("returned", long, long, (), gradients)))
        """),
        (DIED, DIFFERS),
    ),
    Attack(
        "forged-gradients",
        "Reply with gradients of the wrong shape, number and type.",
        forged("say(reply(Observation('returned', zero, zero, (), (np.zeros(1, np.float32), np.zeros((9, 9))))))"),
        (DIED, DIFFERS),
    ),
    Attack(
        "huge-lengths",
        "Announce a reply of a billion gigabytes.",
        forged("say(struct.pack('=IQ', 2**32 - 1, 2**63))"),
        (DIED,),
    ),
    Attack(
        "huge-array",
        "Announce an array that is larger than the reply.",
        forged("say(frame({'number': number(), 'observation': {'array': ['float64', [10**6, 10**6]]}}))"),
        (DIED,),
    ),
    Attack("nested-json", "Reply with JSON nested a million deep.", forged("say(frame(b'[' * 10**6))"), (DIED,)),
    Attack(
        "nested-values",
        "Reply with values nested a thousand deep.",
        forged("""
        deep = None
        for _ in range(300):
            deep = {"list": [deep]}
        say(frame({"number": number(), "observation": deep}))
        """),
        (DIED,),
    ),
    Attack(
        "wide-json",
        "Reply with a header of 8 MB of tiny lists.",
        forged("say(frame(b'{\"observation\": {\"list\": [' + b'[],' * 2_600_000 + b'0]}}'))"),
        (DIED,),
    ),
    Attack("random-bytes", "Reply with noise.", forged("say(os.urandom(100_000))"), (DIED,)),
    Attack(
        "drip",
        "Send the reply a byte at a time, so that it never ends.",
        forged("""
    for byte in frame({"number": number(), "observation": "x" * 10**6}):
        say(bytes([byte]))
        time.sleep(0.05)
    """),
        (LATE,),
    ),
    Attack(
        "always-again",
        "Announce a second call again and again, to get more time.",
        forged("""
    while True:
        say(frame({"number": number(), "again": True}))
        time.sleep(1)
    """),
        (DIED, LATE),
    ),
    Attack(
        "early-reply",
        "Reply before the question comes, while the cell is run.",
        kl(ZERO, _FORGE + "\nearly = [say(frame({'number': '0', 'observation': None})) for _ in range(5)]").replace(
            "def kl_divergence(mu, logvar):", "def kl_divergence(mu, logvar, early=early):"
        ),
        (DIED, RAISED),
    ),
    Attack(
        "early-ready",
        "Claim that the function is ready, then loop for ever while the cell is run.",
        kl(
            ZERO,
            _FORGE
            + """
def claim_ready():
    say(frame({"outcome": "ready", "trouble": "", "notes": ["x" * 10**5] * 50}))
    os._exit(0)
early = claim_ready()
""",
        ).replace("(mu, logvar)", "(mu, logvar, early=early)"),
        (DIED, RAISED),
    ),
    Attack(
        "closed-socket",
        "Close every file handle.",
        kl("os.closerange(3, 1000)\n" + ZERO, "import os"),
        (DIED,),
    ),
    Attack(
        "moved-socket",
        "Put /dev/null in place of the socket.",
        kl(
            "null = os.open('/dev/null', 2)\nfor n in range(3, 20):\n    if n != null: os.dup2(null, n)\n" + ZERO,
            "import os",
        ),
        (DIED, LATE),
    ),
)

ENDINGS = (
    Attack("os-exit", "End the process as if all were well.", kl("os._exit(0)", "import os"), (DIED,)),
    Attack("sys-exit", "Leave by sys.exit.", kl("sys.exit(0)", "import sys"), (RAISED,)),
    Attack(
        "exit-while-building",
        "End the process while the cell is run.",
        kl("return mu.sum(1) * gone", "import os\ngone = os._exit(0)"),
        (DIED,),
    ),
    Attack("abort", "Abort.", kl("os.abort()", "import os"), (DIED,)),
    Attack("segfault", "Read memory at address 0.", kl("ctypes.string_at(0)\n" + ZERO, "import ctypes"), (DIED,)),
    Attack(
        "stack-overflow",
        "Recurse without end.",
        kl("sys.setrecursionlimit(10**8)\nreturn kl_divergence(mu, logvar)", "import sys"),
        (DIED, RAISED, LATE),
    ),
    Attack(
        "kill-self",
        "Kill and stop oneself.",
        kl("os.kill(os.getpid(), signal.SIGKILL)\nos.kill(os.getpid(), signal.SIGSTOP)\n" + ZERO, "import os, signal"),
        (DIED, LATE, DIFFERS),
    ),
    Attack(
        "kill-all",
        "Kill every process, the group and the parent.",
        kl(
            """
           for who in (-1, 0, 1, 2, 3, os.getppid()):
               try: os.kill(who, signal.SIGKILL)
               except OSError: pass
           os.killpg(0, signal.SIGKILL)
           return 0 * mu.sum(1)
           """,
            "import os, signal",
        ),
        (DIED, RAISED, DIFFERS),
    ),
    Attack(
        "base-exception",
        "Raise BaseException, KeyboardInterrupt and GeneratorExit.",
        kl("raise (KeyboardInterrupt if len(mu) > 1 else GeneratorExit)"),
        (DIED, RAISED),
    ),
    Attack(
        "signal-handlers",
        "Ignore every signal and loop.",
        kl(
            """
           for n in range(1, 65):
               try: signal.signal(n, signal.SIG_IGN)
               except (OSError, ValueError): pass
           while True: pass
           """,
            "import signal",
        ),
        (LATE,),
    ),
)

PROCESSES = (
    Attack(
        "thread",
        "Leave threads running that never end.",
        kl(
            "for _ in range(20): threading.Thread(target=spin).start()\n" + ZERO,
            """
           import threading
           def spin():
               while True: pass
           """,
        ),
        (DIFFERS, LATE, RAISED),
    ),
    Attack(
        "thread-flood",
        "Start threads with tiny stacks until nothing is left.",
        kl(
            """
           threading.stack_size(32768)
           n = 0
           while True:
               threading.Thread(target=time.sleep, args=(100,)).start()
               n += 1
           """,
            "import threading, time",
        ),
        (RAISED, LATE, DIED),
    ),
    Attack(
        "raw-threads",
        "Start threads that take no memory, until the machine has no process number left.",
        kl(
            """
            attributes = ctypes.create_string_buffer(64)
            libc.pthread_attr_init(attributes)
            libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(16384))
            thread = ctypes.c_ulong()
            while libc.pthread_create(ctypes.byref(thread), attributes, libc.pause, None) == 0: pass
            raise ValueError("no more")
            """,
            "import ctypes\nlibc = ctypes.CDLL(None)",
        ),
        (RAISED, LATE, DIED),
    ),
    Attack("fork", "Fork, and let the child answer.", kl("os.fork()\n" + ZERO, "import os"), (RAISED,)),
    Attack(
        "fork-bomb",
        "Fork without end.",
        kl("while True:\n    try: os.fork()\n    except OSError: pass", "import os"),
        (LATE,),
    ),
    Attack(
        "raw-fork",
        "Fork by ctypes: fork, vfork, clone and clone3.",
        kl(
            """
           libc = ctypes.CDLL(None, use_errno=True)
           for call in ((57,), (56, 17, 0, 0, 0, 0), (435, 0, 0), (220, 17, 0, 0, 0, 0)):
               if libc.syscall(*call) > 0: raise ValueError("LO" "OT forked")
           raise ValueError("nothing")
           """,
            "import ctypes",
        ),
        (RAISED,),
    ),
    Attack(
        "subprocess",
        "Start a shell.",
        kl("subprocess.run(['/bin/sh', '-c', 'id'], check=True)\n" + ZERO, "import subprocess"),
        (RAISED,),
    ),
    Attack(
        "system",
        "Start a shell by os.system and os.popen.",
        loot("os.system('true') == 0 or os.popen('id').read()", "import os"),
        (RAISED,),
    ),
    Attack(
        "multiprocessing",
        "Start a pool of processes.",
        kl("multiprocessing.Pool(4).map(abs, [1])\n" + ZERO, "import multiprocessing"),
        (RAISED, LATE),
    ),
    Attack(
        "posix-spawn",
        "Start a program by posix_spawn.",
        loot("os.posix_spawn('/bin/true', ['true'], {})", "import os"),
        (RAISED,),
    ),
    Attack(
        "execve",
        "Become another program that keeps the socket.",
        kl("os.execv('/bin/cat', ['cat', '/etc/passwd'])", "import os"),
        (RAISED,),
    ),
    Attack(
        "orphan",
        "Become a daemon that outlives the grading.",
        kl(
            """
           os.setsid() if os.getsid(0) != os.getpid() else None
           if os.fork() == 0:
               time.sleep(1000)
           return 0 * mu.sum(1)
           """,
            "import os, time",
        ),
        (RAISED,),
    ),
    Attack(
        "namespaces",
        "Make namespaces, mount, trace and raise one's limits.",
        loot(
            "[n for n in calls if libc.syscall(*n) == 0] or resource_raised()",
            """
           import ctypes, resource
           libc = ctypes.CDLL(None, use_errno=True)
           calls = ((272, 0x10000000), (272, 0x00020000), (101, 0, 0, 0, 0), (166, b"/proc", 2), (161, b"/"),
                    (165, b"none", b"/tmp", b"tmpfs", 0, None), (308, 3, 0))
           def resource_raised():
               for kind in (resource.RLIMIT_AS, resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE):
                   try:
                       resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                       return True
                   except (ValueError, OSError):
                       pass
               return False
           """,
        ),
        (RAISED,),
    ),
)

RESOURCES = (
    Attack("huge-tensor", "Allocate one tensor of 100 GB.", kl("return torch.ones(25 * 10**9).sum()"), (RAISED,)),
    Attack(
        "many-tensors",
        "Allocate small tensors until memory is gone.",
        kl("kept = []\nwhile True: kept.append(torch.ones(250_000))"),
        (RAISED, DIED, LATE),
    ),
    Attack("bytearray", "Let a bytearray grow.", kl("b = bytearray(1 << 20)\nwhile True: b += b"), (RAISED, DIED)),
    Attack("huge-result", "Return 10 million numbers.", kl("return torch.zeros(10_000_000)"), (DIFFERS,)),
    Attack(
        "mmap",
        "Map anonymous and shared memory.",
        kl(
            "kept = []\nwhile True:\n    m = mmap.mmap(-1, 1 << 26)\n    m.write(b'x' * (1 << 26))\n    kept.append(m)",
            "import mmap",
        ),
        (RAISED, DIED, LATE),
    ),
    Attack(
        "shared-memory",
        "Keep memory beyond one's death: memfd, POSIX and System V shared memory.",
        loot(
            "made()",
            """
           import ctypes, os
           from multiprocessing import shared_memory
           libc = ctypes.CDLL(None, use_errno=True)
           def attempt(make):
               try:
                   return make()
               except OSError:
                   return None
           def made():
               found = [attempt(lambda: os.memfd_create("x")), attempt(lambda: open("/dev/shm/x", "wb"))]
               found.append(attempt(lambda: shared_memory.SharedMemory("gentutor", create=True, size=1 << 20).name))
               found.append(libc.shmget(77, 1 << 20, 0o1666) >= 0 or None)
               return [f for f in found if f is not None]
           """,
        ),
        (RAISED,),
    ),
    Attack(
        "full-disk",
        "Fill the disk.",
        kl("""
           for n in range(1000):
               with open(f"filler{n}", "wb") as file:
                   for _ in range(100): file.write(bytes(1 << 20))
           return 0 * mu.sum(1)
           """),
        (RAISED, DIED, LATE),
    ),
    Attack(
        "many-files",
        "Create files until no inode is left.",
        kl("n = 0\nwhile True:\n    open(f'f{n}', 'w').close()\n    n += 1"),
        (RAISED,),
    ),
    Attack(
        "sparse-file",
        "Create a sparse file of a terabyte.",
        kl("with open('sparse', 'wb') as file: file.truncate(10**12)\n" + ZERO),
        (RAISED, DIED),
    ),
    Attack(
        "open-files",
        "Open files and pipes until none is left.",
        kl("kept = []\nwhile True: kept.append(os.pipe())", "import os"),
        (RAISED, DIED),
    ),
    Attack(
        "print-flood", "Print ten million lines.", kl("for n in range(10**7): print(n)\n" + ZERO), (LATE, RAISED, DIED)
    ),
    Attack(
        "stderr-flood",
        "Write to stderr and to handle 1 and 2 without end.",
        kl(
            "while True:\n    os.write(1, b'x' * 65536)\n    os.write(2, b'x' * 65536)\n    sys.stderr.write('x')",
            "import os, sys",
        ),
        (LATE,),
    ),
)

LOOPS = (
    Attack(
        "loop-while-building",
        "Loop for ever while the cell is run.",
        kl("return gone * mu.sum(1)", "while True: gone = 0"),
        (RAISED, LATE),
    ),
    Attack(
        "loop-that-ignores",
        "Loop for ever and swallow every exception.",
        kl("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
        (LATE,),
    ),
    Attack(
        "loop-in-c",
        "Loop in compiled code, where no signal arrives.",
        kl("return mu.sum(1) * sum(range(10**12))"),
        (LATE,),
    ),
    Attack(
        "regular-expression",
        "Backtrack for ever.",
        kl("re.match('(a+)+$', 'a' * 40 + 'b')\n" + ZERO, "import re"),
        (LATE,),
    ),
    Attack("sleep", "Sleep for an hour.", kl("time.sleep(3600)", "import time"), (LATE,)),
    Attack(
        "deadlock",
        "Wait for a lock that one holds.",
        kl("lock = threading.Lock()\nlock.acquire()\nlock.acquire()", "import threading"),
        (LATE,),
    ),
)

NETWORK = (
    Attack(
        "tcp",
        "Connect to this machine.",
        loot("socket.create_connection(('127.0.0.1', 22), 1) and 'connected'", "import socket"),
        (RAISED,),
    ),
    Attack("dns", "Look up a name.", loot("socket.gethostbyname('localhost')", "import socket"), (RAISED, LATE)),
    Attack(
        "server",
        "Listen for neighbours: TCP, unix, abstract.",
        loot(
            "[a for a in addresses if listening(*a)]",
            """
           import socket
           addresses = ((socket.AF_INET, ("127.0.0.1", 5555)), (socket.AF_UNIX, "meet"), (socket.AF_UNIX, "\\0meet"))
           def listening(family, address):
               try:
                   s = socket.socket(family, socket.SOCK_STREAM)
                   s.bind(address)
                   s.listen()
                   return True
               except OSError:
                   return False
           """,
        ),
        (RAISED,),
    ),
)

_MARKS = """
import glob, os, sys, tempfile
places = ["/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", os.getcwd(), tempfile.gettempdir(), "@OUTSIDE@", "@HOME@",
          "/gentutor-scratch", "/run", "/"]
"""

TRACES = (
    Attack(
        "files-left",
        "Leave files for a friend whose notebook is graded next.",
        kl(
            """
           for place in places:
               try: open(place + "/gentutor-answer", "w").write("0.5 * ...")
               except OSError: pass
           return 0 * mu.sum(1)
           """,
            _MARKS,
        ),
        (DIFFERS,),
        after=loot("[p for p in places if os.path.exists(p + '/gentutor-answer')]", _MARKS),
    ),
    Attack(
        "patched-for-the-next",
        "Patch torch for the one that is graded next.",
        kl(
            "torch.Tensor.sum = lambda self, *a: 42\ntorch.gentutor_answer = 1\nsys.modules['answer'] = 1\n"
            "return torch.zeros(4)",
            "import sys",
        ),
        (DIFFERS, RAISED, DIED),
        after=loot("hasattr(torch, 'gentutor_answer') or 'answer' in sys.modules", "import sys"),
    ),
    Attack(
        "writing-outside",
        "Overwrite a neighbour's notebook, the repository, and this machine's files.",
        loot(
            "[p for p in paths if changed(p)]",
            """
           import os
           paths = ("@NEIGHBOUR@", "@OUTSIDE@", "@MASTER@", "/etc/passwd", "/usr/bin/env", os.__file__, torch.__file__,
                    "/dev/null")
           def changed(path):
               done = 0
               for change in (lambda: open(path, "ab").close(), lambda: os.chmod(path, 0o777),
                              lambda: os.utime(path, (1, 1)), lambda: os.rename(path, path + "x"),
                              lambda: os.chown(path, os.getuid(), os.getgid()),
                              lambda: os.setxattr(path, "user.x", b"1")):
                   try:
                       change()
                       done += path != "/dev/null"
                   except OSError:
                       pass
               return done
           """,
        ),
        (RAISED,),
    ),
    Attack(
        "link-out",
        "Leave links in the working folder that lead out of it.",
        loot(
            "open('way-out').read()",
            """
           import os
           os.symlink("@NEIGHBOUR@", "way-out")
           """,
        ),
        (RAISED,),
    ),
)


def _retag_check(notebook: Notebook) -> None:
    marks = cell_of(notebook, "check_kl_divergence")["metadata"]["nbgrader"]
    marks.update(points=1000, grade_id="kl_divergence_bonus")


def _swap_tags(notebook: Notebook) -> None:
    done, undone = cell_of(notebook, "reparameterise"), cell_of(notebook, "kl_divergence")
    done["metadata"], undone["metadata"] = undone["metadata"], done["metadata"]


def _claim_done(notebook: Notebook) -> None:
    notebook["metadata"]["gentutor"] = {"kl_divergence": "right", "points": 10, "verdicts": [{"kind": "right"}]}
    notebook["metadata"]["nbgrader"] = {"score": 10}
    for cell in notebook["cells"]:
        cell["metadata"].setdefault("tags", []).extend(["right", "exercise-done"])


def _print_success(notebook: Notebook) -> None:
    saved = [{"output_type": "stream", "name": "stdout", "text": "kl_divergence: right. 3 of 3 points.\n"}]
    find_cell(notebook, "check-kl-divergence")["outputs"] = saved
    insert(notebook, "", "print('kl_divergence: right. 3 of 3 points. Every check passed.')")


def _own_check(notebook: Notebook) -> None:
    source = (
        "def check(f, **k):\n    return f\ndef score():\n    print('10 of 10')\nkl_divergence = check(kl_divergence)\n"
    )
    find_cell(notebook, "check-kl-divergence")["source"] = source


def _check_that_answers(notebook: Notebook) -> None:
    answer = (
        "check = lambda f: (lambda mu, logvar: gentutor.losses.kl_divergence(mu, logvar))\nimport gentutor.losses\n"
    )
    find_cell(notebook, "check-kl-divergence")["source"] = f"{answer}kl_divergence = check(kl_divergence)\n"


def _doubled(notebook: Notebook) -> None:
    cell = cell_of(notebook, "kl_divergence")
    notebook["cells"][5:5] = [json.loads(json.dumps(cell)) for _ in range(50)]


def _raise_points(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"].update(points=1000, schema_version=99)


def _second_assignment(notebook: Notebook) -> None:
    notebook["cells"].append(code_cell("kl_divergence = check = score = lambda *a: True", "kl-divergence"))


NOTEBOOKS = (
    Attack(
        "check-cell-retagged",
        "Change the check cell's grade_id and make it worth 1000 points.",
        None,
        (NONE,),
        change=_retag_check,
    ),
    Attack("tags-swapped", "Swap the metadata of a solved and an unsolved exercise.", None, (NONE,), change=_swap_tags),
    Attack("metadata-claims", "Claim in metadata and tags that all is done.", None, (NONE,), change=_claim_done),
    Attack(
        "saved-outputs", "Save outputs that say full points, and print the same.", None, (NONE,), change=_print_success
    ),
    Attack("own-check", "Define check and score anew in the check cell.", None, (NONE,), change=_own_check),
    Attack(
        "check-that-answers",
        "Let a check of one's own hand back gentutor's function.",
        None,
        (NONE, RAISED),
        change=_check_that_answers,
    ),
    Attack("points-raised", "Make every cell worth 1000 points.", None, (NONE,), change=_raise_points),
    Attack("cell-doubled", "Put fifty copies of the stub elsewhere.", None, (NONE,), change=_doubled),
    Attack(
        "same-id-again",
        "Append a cell with the exercise's own id that says yes to all.",
        None,
        (DIFFERS, RAISED, NONE),
        change=_second_assignment,
    ),
    Attack(
        "shadow-torch",
        "Bring a torch.py, an allowed file, that says yes to all.",
        kl(ZERO, "import sys\nsys.path.insert(0, '.')\nimport importlib\nimport torch"),
        (DIFFERS, RAISED, DIED),
        extras={"torch.py": "allclose = equal = lambda *a: True", "sitecustomize.py": "import os; os._exit(0)"},
    ),
    Attack(
        "shell-magics",
        "Call the shell by magics.",
        "secret = !cat /etc/passwd\n%run -i other.py\n" + kl("raise ValueError('LO' 'OT ' + str(secret))"),
        (RAISED, NONE, DIED),
    ),
)

ATTACKS = (
    *OBJECTS, *PATCHES, *PRYING, *FORGERY, *ENDINGS, *PROCESSES, *RESOURCES, *LOOPS, *NETWORK, *TRACES, *NOTEBOOKS,
)  # fmt: skip
