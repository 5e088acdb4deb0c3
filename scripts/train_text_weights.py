"""Train the small transformers of lessons 05, 10 and 12, and write them with their cards to `data/weights`.

    python scripts/train_text_weights.py                 # both, some minutes on 2 cores
    python scripts/train_text_weights.py names           # one of them

Everything is seeded; another processor or torch version gives other last digits, so another checksum.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import torch
from torch import Tensor
from update_manifest import DATA, update_manifest

from gentutor.datasets import NAME_CHARACTERS, load_names, load_prose
from gentutor.datasets.tokens import decode, encode, encode_tensor, vocabulary_of
from gentutor.metrics import bits_per_character, perplexity, token_log_probs
from gentutor.models import Transformer, load_weights, save_weights, transformer_optimisers, transformer_update
from gentutor.models.recipe import bfloat16_pays
from gentutor.samplers import continue_tokens
from gentutor.seeding import generator
from gentutor.training import Windows

SEED = 0


class Plan(NamedTuple):
    """What is trained, on what, and how."""

    title: str
    vocabulary: Sequence[str]
    train: str
    test: str
    shape: dict[str, int]
    lr: float
    batch_size: int
    steps: int
    prompt: str
    written: int
    about: str
    limits: str


def as_lines(names: Sequence[str]) -> str:
    """Return names as one text in which a line break stands before, between and after them."""
    return "\n" + "".join(f"{name}\n" for name in names)


def austen() -> Plan:
    """English prose, character by character."""
    prose = load_prose()
    return Plan(
        "A writer of sentences in the manner of Jane Austen, one character after another: it opens lesson 05.",
        vocabulary_of(prose.train), prose.train, prose.test,
        {"context": 128, "width": 128, "n_layers": 3, "n_heads": 2}, 0.025, 16, 2000,
        "It is a truth universally acknowledged, that ", 400,
        "bundled prose, 3,618,314 characters of six novels (public domain, see `../prose.md`); vocabulary "
        "`vocabulary_of(load_prose().train)` of `gentutor.datasets.tokens`",
        "It knows one author, spells well and means nothing: within a sentence or two it forgets who is who. Whole "
        "phrases may be hers. For teaching; nothing else was tested.",
    )  # fmt: skip


def names() -> Plan:
    """First names, letter by letter."""
    return Plan(
        "A maker of first names, letter by letter: the quickest example of lesson 05.",
        NAME_CHARACTERS, as_lines(load_names()), as_lines(load_names("test")),
        {"context": 16, "width": 64, "n_layers": 2, "n_heads": 2}, 0.03, 64, 1000,
        "\n", 160,
        "bundled names, 29,368 of the United States (see `../names.md`); vocabulary "
        "`gentutor.datasets.NAME_CHARACTERS`, in which 0, the line break, starts and ends a name",
        "Names of one country, rare and invented spellings included. What it makes up may be somebody's real name. For "
        "teaching; nothing else was tested.",
    )  # fmt: skip


PLANS = {"text_austen": austen, "names": names}


def train(plan: Plan) -> tuple[Transformer, float]:
    """Return the trained model and the seconds it took."""
    text = encode_tensor(plan.train, plan.vocabulary)
    in_16_bits = bfloat16_pays()
    model = Transformer(len(plan.vocabulary), **plan.shape, seed=SEED)
    optimisers = transformer_optimisers(model, in_16_bits=in_16_bits)
    windows = Windows(text, model.context, SEED)
    started = time.perf_counter()
    for step in range(plan.steps):
        now = SimpleNamespace(lr=plan.lr, short_share=0.5, in_16_bits=in_16_bits, progress=step / plan.steps)
        batch = windows.at(step * plan.batch_size, plan.batch_size)
        metrics = transformer_update(model, **optimisers, x=batch, settings=now)
        if step % 200 == 0 or step == plan.steps - 1:
            seconds = time.perf_counter() - started
            print(f"  step {step:>5} of {plan.steps}  loss {metrics['loss']:.3f}  {seconds:.0f} s", flush=True)
    return model, time.perf_counter() - started


CARD = """# {name}

{plan.title}

| | |
|---|---|
| file | `{name}.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.Transformer({n_tokens}, {shape})`, {n_weights:,} weights |
| data | {plan.about} |
| settings | `gentutor.models.transformer_update`, {plan.steps:,} updates, batches of {plan.batch_size}, \
lr {plan.lr}, half the context for half of the run, seed {seed} |
| cost | {seconds:.0f} s with {threads} thread(s){busy}, torch {torch} |
| made by | `python scripts/train_text_weights.py {name}` |
| sha256 | `{sha256}` |

Measured with the 16-bit weights on the test part, in windows of the context:

| loss (nats a character) | perplexity | bits a character |
|---|---|---|
| {loss:.3f} | {perplexity:.2f} | {bits:.3f} |

What it writes at temperature {temperature} after `{prompt}`, drawn once and not chosen:

```text
{sample}
```

## Limits

{plan.limits}
"""


@torch.no_grad()
def describe(name: str, plan: Plan, path: Path, seconds: float, busy: str) -> str:
    """Measure what was stored, and return its card."""
    model, temperature = load_weights(path), 0.8
    assert isinstance(model, Transformer)
    test = encode_tensor(plan.test, plan.vocabulary)
    log_probs: Tensor = token_log_probs(model, test, model.context)
    prompt = torch.tensor([encode(plan.prompt, plan.vocabulary)])
    dice = generator(SEED, "written")
    written = continue_tokens(model, prompt, plan.written, temperature=temperature, generator=dice)
    return CARD.format(
        name=name, plan=plan, size=path.stat().st_size, n_tokens=model.n_tokens, seed=SEED, seconds=seconds, busy=busy,
        shape=", ".join(f"{key}={value}" for key, value in plan.shape.items()),
        n_weights=sum(weight.numel() for weight in model.parameters()), threads=torch.get_num_threads(),
        torch=torch.__version__.split("+")[0], sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        loss=-log_probs.mean().item(), perplexity=perplexity(log_probs), temperature=temperature,
        bits=bits_per_character(log_probs, log_probs.numel()),
        prompt=plan.prompt.strip() or "a line break", sample=decode(written[0].tolist(), plan.vocabulary).strip(),
    )  # fmt: skip


def main() -> None:
    """Train, measure, write weights, cards and manifest entries."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"which of: {', '.join(PLANS)}; all when none is given")
    parser.add_argument("--steps", type=int, help="updates, in place of the plan's")
    parser.add_argument("--busy", action="store_true", help="note on the card that other programs ran too")
    options = parser.parse_args()
    for name in options.names or PLANS:
        plan = PLANS[name]()
        plan = plan._replace(steps=options.steps or plan.steps)
        model, seconds = train(plan)
        path = DATA / "weights" / f"{name}.safetensors"
        save_weights(model, path, n_tokens=model.n_tokens, **plan.shape)
        card = describe(name, plan, path, seconds, " on a busy machine" if options.busy else "")
        path.with_suffix(".md").write_text(card, encoding="utf-8", newline="\n")
        entry = update_manifest(f"weights/{name}.safetensors", f"weights/{name}.md")
        print(card.split("## Limits")[0], entry["bytes"], "bytes")


if __name__ == "__main__":
    main()
