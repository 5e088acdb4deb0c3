"""Train the network in whose features pictures of clothes are measured, and write it with its card to `data/weights`.

    python scripts/train_classifier_weights.py               # a few minutes on 2 cores

Everything is seeded; another processor or torch version gives other last digits, so another checksum.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F
from update_manifest import DATA, update_manifest

from gentutor.datasets import load_fashion
from gentutor.metrics import frechet_distance
from gentutor.models import Classifier, load_weights, save_weights
from gentutor.seeding import generator
from gentutor.training import Batches, set_lr

NAME = "fashion_features"
BATCH_SIZE = 128
LR = 4e-3
SEED = 0
N_FEATURES = 64


def augmented(x: Tensor, rng: torch.Generator) -> Tensor:
    """Mirror half of the pictures, and move each by up to 2 pixels in both directions."""
    mirrored = torch.rand(len(x), 1, 1, 1, generator=rng) < 0.5
    padded = F.pad(torch.where(mirrored, x.flip(3), x), (2, 2, 2, 2))[:, 0]  # (B, 32, 32)
    down, across = torch.randint(0, 5, (2, len(x), 1), generator=rng)
    rows, columns = down + torch.arange(28), across + torch.arange(28)  # each (B, 28)
    picture = torch.arange(len(x)).view(-1, 1, 1)
    return padded[picture, rows.unsqueeze(2), columns.unsqueeze(1)].unsqueeze(1)


def train(width: int, epochs: float, lr: float = LR) -> tuple[Classifier, float]:
    """Return the trained network and the seconds it took."""
    images = load_fashion("train")
    model = Classifier(width, N_FEATURES, seed=SEED)
    optimiser = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=0.02, betas=(0.9, 0.95), fused=True)
    batches = Batches(images.x, images.y, seed=SEED)
    steps = batches.steps_for(epochs, BATCH_SIZE)
    started = time.perf_counter()
    for step in range(steps):
        x, y = batches.at(step * BATCH_SIZE, BATCH_SIZE)
        set_lr(optimiser, lr * min(1.0, (step + 1) / (0.1 * steps), (1 - step / steps) / 0.9))
        x = augmented(x, generator(SEED, "augment", step))
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(x.contiguous(memory_format=torch.channels_last))
        loss = F.cross_entropy(logits.float(), y, label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 0 or step == steps - 1:
            print(f"  step {step:>5} of {steps}  loss {loss:.3f}  {time.perf_counter() - started:.0f} s", flush=True)
    return model.eval(), time.perf_counter() - started


@torch.no_grad()
def accuracy(model: Classifier, x: Tensor, y: Tensor) -> float:
    """Return the share of pictures whose class `model` names."""
    right = sum(int((model(a).argmax(1) == b).sum()) for a, b in zip(x.split(500), y.split(500), strict=True))
    return right / len(x)


CARD = """# {name}

What a network sees that was trained to tell clothes apart: 64 numbers for a picture, in which the Frechet distance,
precision and recall of generated clothes are measured.

| | |
|---|---|
| file | `{name}.safetensors`, {size:,} bytes, 16-bit floats |
| model | `gentutor.models.Classifier(width={width}, n_features={n_features})`, {n_weights:,} weights |
| data | bundled Fashion-MNIST training images, 20,000 (MIT licence, see `../fashion_mnist.md`) |
| settings | {epochs:g} epochs, batches of {batch_size}, AdamW, lr {lr:g} rising and falling, weight decay 0.02, label \
smoothing 0.05; half mirrored, all moved by up to 2 pixels; seed {seed} |
| cost | {seconds:.0f} s with {threads} thread(s){busy}, torch {torch} |
| made by | `python scripts/train_classifier_weights.py` |
| sha256 | `{sha256}` |

Measured on the 4,000 bundled test images, with the 16-bit weights:

| accuracy | worst class | distance of 2,000 real pictures to 2,000 others |
|---|---|---|
| {accuracy:.2%} | {worst} | {real:.2f} |

## Limits

Distances need equal class shares on both sides. Random halves of the test images, whose class shares differ by chance,
are {real:.2f} apart (above); 4,000 training images and the 4,000 test images, both with 400 of each class, are 0.12
apart. So order every class equally often before you measure, and where the classes were drawn at random never read a
difference of one or two as a difference in quality.

Made to compare sets of clothes of 28 by 28 pixels. Its distances are not the published FID, which uses another network.
It ignores what does not help to tell ten classes apart: two sets can be near each other here and differ to the eye.
Other pictures are named as clothes, often with confidence. For teaching; nothing else was tested.
"""


@torch.no_grad()
def describe(path: Path, width: int, epochs: float, seconds: float, busy: str) -> str:
    """Measure what was stored, and return its card."""
    stored = load_weights(path)
    assert isinstance(stored, Classifier)
    test = load_fashion("test")
    of_class = [test.y == k for k in range(len(test.class_names))]
    by_class = {
        name: accuracy(stored, test.x[own], test.y[own]) for name, own in zip(test.class_names, of_class, strict=True)
    }
    worst = min(by_class, key=by_class.__getitem__)
    features = torch.cat([stored.features(part) for part in test.x.split(500)])
    order = torch.randperm(len(features), generator=generator(SEED, "halves"))
    return CARD.format(
        name=NAME, size=path.stat().st_size, width=width, n_features=N_FEATURES,
        n_weights=sum(weight.numel() for weight in stored.parameters()), epochs=epochs, batch_size=BATCH_SIZE, lr=LR,
        seed=SEED, seconds=seconds, threads=torch.get_num_threads(), busy=busy,
        torch=torch.__version__.split("+")[0], sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        accuracy=accuracy(stored, test.x, test.y), worst=f"{worst}, {by_class[worst]:.1%}",
        real=frechet_distance(features[order[:2000]], features[order[2000:]]),
    )  # fmt: skip


def main() -> None:
    """Train, measure, write weights, card and manifest entry."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--epochs", type=float, default=20)
    parser.add_argument("--width", type=int, default=24)
    parser.add_argument("--busy", action="store_true", help="note on the card that other programs ran too")
    options = parser.parse_args()
    model, seconds = train(options.width, options.epochs)
    path = DATA / "weights" / f"{NAME}.safetensors"
    save_weights(model, path, width=options.width, n_features=N_FEATURES)
    card = describe(path, options.width, options.epochs, seconds, " on a busy machine" if options.busy else "")
    path.with_suffix(".md").write_text(card, encoding="utf-8", newline="\n")
    entry = update_manifest(f"weights/{NAME}.safetensors", f"weights/{NAME}.md")
    print(card.split("weights:\n\n")[1].split("## Limits")[0], entry["bytes"], "bytes")


if __name__ == "__main__":
    main()
