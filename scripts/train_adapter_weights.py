"""Train the adapters that open lesson 10, and write them with their card to `data/weights`.

    python scripts/train_adapter_weights.py              # about a minute on a core

Everything is seeded; another processor or torch version gives other last digits, so another checksum.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import time
from types import SimpleNamespace

import torch
from update_manifest import DATA, update_manifest

from gentutor.datasets import load_prose, load_scripture
from gentutor.datasets.tokens import decode, encode, encode_tensor, vocabulary_of
from gentutor.metrics import token_log_probs
from gentutor.models import Transformer, load_bundled
from gentutor.models.adapters import add_adapters, load_adapters, save_adapters, trainable_share
from gentutor.models.finetuning import finetune_update, finetuning_adam
from gentutor.samplers import continue_tokens
from gentutor.seeding import generator
from gentutor.training import Windows

NAME, SEED, RANK, ALPHA, LR, BATCH_SIZE, PROMPT = "adapters_scripture", 0, 8, 16.0, 0.008, 16, "\nAnd "

CARD = """# {name}

Adapters that turn the bundled writer of novels (`text_austen`) to the tone of the King James Bible; they open
lesson 10.

| | |
|---|---|
| file | `{name}.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.adapters.add_adapters(load_bundled("text_austen"), rank={rank}, alpha={alpha:g})`: \
{n_adapters:,} weights, {share:.1%} of model and adapters together |
| data | bundled scripture, {n_train:,} characters of ten books (public domain, see `../scripture.md`) |
| settings | `gentutor.models.finetuning.finetune_update`, {steps:,} updates, batches of {batch_size} windows of 128, \
lr {lr}, nothing old replayed, seed {seed} |
| cost | {seconds:.0f} s with {threads} thread(s){busy}, torch {torch} |
| made by | `python scripts/train_adapter_weights.py` |
| sha256 | `{sha256}` |

Measured with the 16-bit adapters on the test parts, in bits for each character, in windows of 64:

| text | without adapters | with adapters |
|---|---|---|
| scripture | {new_before:.3f} | {new_after:.3f} |
| novels | {old_before:.3f} | {old_after:.3f} |

What it writes at temperature 0.7 after `And`, drawn once and not chosen:

```text
{sample}
```

## Limits

It imitates a tone, and means nothing. What it makes up is no scripture and must not be passed off as such. For
teaching; nothing else was tested.
"""


def bits(model: torch.nn.Module, tokens: torch.Tensor) -> float:
    """Return the mean surprise in bits for each character."""
    return -token_log_probs(model, tokens, 64).mean().item() / math.log(2)


def main() -> None:
    """Train, measure, write adapters, card and manifest entry."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=600, help="updates")
    parser.add_argument("--busy", action="store_true", help="note on the card that other programs ran too")
    options = parser.parse_args()
    base = load_bundled("text_austen")
    assert isinstance(base, Transformer)
    prose, scripture = load_prose(), load_scripture()
    vocabulary = vocabulary_of(prose.train)
    model = add_adapters(base, RANK, ALPHA, SEED)
    adam = finetuning_adam(model)
    windows = Windows(encode_tensor(scripture.train, vocabulary), base.context, SEED)
    started = time.perf_counter()
    for step in range(options.steps):
        now = SimpleNamespace(lr=LR, replay=0.0, progress=step / options.steps)
        batch = windows.at(step * BATCH_SIZE, BATCH_SIZE)
        loss = finetune_update(model, adam, x=batch, settings=now)["loss"]
        if step % 100 == 0 or step == options.steps - 1:
            print(f"  step {step:>4}  loss {loss:.3f}  {time.perf_counter() - started:.0f} s", flush=True)
    seconds = time.perf_counter() - started
    path = DATA / "weights" / f"{NAME}.safetensors"
    save_adapters(model, path)
    update_manifest(f"weights/{NAME}.safetensors", f"weights/{NAME}.md")
    stored = load_adapters(base, NAME)
    assert isinstance(stored, Transformer)
    new, old = (encode_tensor(part, vocabulary) for part in (scripture.test, prose.test))
    prompt = torch.tensor([encode(PROMPT, vocabulary)])
    written = continue_tokens(stored, prompt, 400, temperature=0.7, generator=generator(SEED, "written"))
    card = CARD.format(
        name=NAME, size=path.stat().st_size, rank=RANK, alpha=ALPHA, share=trainable_share(model), steps=options.steps,
        n_adapters=sum(weight.numel() for weight in model.parameters() if weight.requires_grad), lr=LR, seed=SEED,
        n_train=len(scripture.train), batch_size=BATCH_SIZE, seconds=seconds, threads=torch.get_num_threads(),
        busy=" on a busy machine" if options.busy else "", torch=torch.__version__.split("+")[0],
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(), new_before=bits(base, new), new_after=bits(stored, new),
        old_before=bits(base, old), old_after=bits(stored, old),
        sample=decode(written[0].tolist(), vocabulary).strip(),
    )  # fmt: skip
    path.with_suffix(".md").write_text(card, encoding="utf-8", newline="\n")
    print(card)


if __name__ == "__main__":
    main()
