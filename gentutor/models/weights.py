"""Small trained models that travel with gentutor, so that a lesson opens alive."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from gentutor.errors import DataDamagedError
from gentutor.models.classifier import Classifier
from gentutor.models.diffusion import PictureVelocity
from gentutor.models.gan import Generator
from gentutor.models.masked_painter import Painters
from gentutor.models.transformer import Transformer
from gentutor.models.vae import VAE, AutoEncoder, BetaVAE

_KINDS: dict[str, type[nn.Module]] = {
    kind.__name__: kind
    for kind in (VAE, AutoEncoder, BetaVAE, Classifier, Generator, Transformer, PictureVelocity, Painters)
}

_REMEDY = "Fetch the file again from the gentutor repository, or train the model yourself."


def save_weights(model: nn.Module, path: Path, **settings: int | list[int]) -> None:
    """Write a model as 16-bit safetensors that know how to build it again.

    Parameters
    ----------
    model : nn.Module
        One of `VAE`, `AutoEncoder`, `BetaVAE`, `Classifier`, `Generator`, `Transformer`,
        `PictureVelocity`, `Painters`.
    path : Path
        File to write.
    **settings : int or list of int
        What the model was built with, such as ``latent_dim``, ``width``, ``n_layers``, and ``shape`` where it is not
        the usual one; of a `Transformer` ``n_tokens``, ``context``, ``width``, ``n_layers``, ``n_heads``.
    """
    tensors = {name: tensor.detach().half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, path, metadata={"model": type(model).__name__, "settings": json.dumps(settings)})


def load_weights(path: Path) -> nn.Module:
    """Build the model that a file of `save_weights` describes, with 32-bit weights, ready to use.

    Raises
    ------
    DataDamagedError
        When the file is damaged or not there, does not say which model it holds, or holds other weights than those.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (OSError, SafetensorError) as error:
        raise DataDamagedError(f"The weights {path.name} cannot be read ({error}). {_REMEDY}") from error
    if metadata.get("model") not in _KINDS:
        raise DataDamagedError(
            f"{path.name} does not say which model it holds (expected one of {', '.join(_KINDS)}; "
            f"got {metadata.get('model')!r}). {_REMEDY}"
        )
    try:
        with torch.device("meta"):  # no memory and no random numbers for weights that are replaced at once
            model = _KINDS[metadata["model"]](**json.loads(metadata["settings"]))
        model.load_state_dict(tensors, assign=True)
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        reason = f"{path.name} does not hold the weights that it says it does ({str(error).splitlines()[0]})"
        raise DataDamagedError(f"{reason}. {_REMEDY}") from error
    return model.eval()


def load_bundled(name: str) -> nn.Module:
    """Load a trained model from ``data/weights``, such as ``"vae_fashion_2d"``.

    Raises
    ------
    DataMissingError, DataDamagedError
        When the file is not there or is not what its card says.
    """
    from gentutor.datasets import data_file  # `import gentutor.models` stays light

    return load_weights(data_file(f"weights/{name}.safetensors"))
