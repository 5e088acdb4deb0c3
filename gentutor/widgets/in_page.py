"""Small trained networks that run in the page: packed weights, and output that needs no kernel and no network.

`mlp.js` beside this file evaluates in JavaScript what `layers_of` and `pack_layers` take from a PyTorch model.
The output is plain HTML with its script and weights inside, so that it works in JupyterLab, in a notebook
exported by nbconvert and on a web page; where scripts may not run, a still picture stands in its place.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from torch import nn

from gentutor.errors import GentutorError
from gentutor.plots.pictures import to_array

Precision = Literal["float16", "int8"]

_ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.LeakyReLU: "leaky_relu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
    nn.SiLU: "silu",
}
_SILENT = (nn.Identity, nn.Dropout, nn.Flatten, nn.Unflatten)  # change no value when a trained model is used


@dataclass(frozen=True)
class Layer:
    """One linear layer and what follows it: ``activation(weight @ x + bias)``.

    Parameters
    ----------
    weight : array of float32 (n_out, n_in)
        Weights.
    bias : array of float32 (n_out,)
        Biases.
    activation : {"none", "relu", "leaky_relu", "tanh", "sigmoid", "silu"}
        Applied to each output.
    """

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    activation: str = "none"


def _leaves(module: nn.Module) -> Iterator[nn.Module]:
    children = list(module.children())
    if not children:
        yield module
    for child in children:
        yield from _leaves(child)


def layers_of(module: nn.Module, *, last: str = "none") -> list[Layer]:
    """Read the linear layers and activations of a plain multi-layer perceptron, in order.

    Parameters
    ----------
    module : nn.Module
        A sequence of ``nn.Linear`` and activations, nested or not.
    last : str
        Activation of the last layer where the module itself has none, such as "sigmoid" for logits.

    Raises
    ------
    GentutorError
        When the module holds anything else, such as a convolution.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 784))
    >>> [(layer.weight.shape, layer.activation) for layer in layers_of(net, last="sigmoid")]
    [((8, 2), 'relu'), ((784, 8), 'sigmoid')]
    """
    layers: list[Layer] = []
    for leaf in _leaves(module):
        if isinstance(leaf, nn.Linear):
            weight = to_array(leaf.weight).astype(np.float32)
            bias = np.zeros(len(weight), np.float32) if leaf.bias is None else to_array(leaf.bias)
            layers.append(Layer(weight, bias.astype(np.float32)))
        elif type(leaf) in _ACTIVATIONS and layers and layers[-1].activation == "none":
            layers[-1] = Layer(layers[-1].weight, layers[-1].bias, _ACTIVATIONS[type(leaf)])
        elif not isinstance(leaf, _SILENT):
            raise GentutorError(
                f"This network cannot run in the page: it holds {leaf}. Only nn.Linear layers with one of "
                f"{', '.join(kind.__name__ for kind in _ACTIVATIONS)} after each can."
            )
    if not layers:
        raise GentutorError("This network cannot run in the page: it holds no nn.Linear layer.")
    if layers[-1].activation == "none":
        layers[-1] = Layer(layers[-1].weight, layers[-1].bias, last)
    return layers


def pack_array(array: NDArray[Any]) -> dict[str, Any]:
    """Write an array as JSON: type, shape and base64 of its little-endian numbers.

    Raises
    ------
    GentutorError
        When its type is not float32, float16 or uint8.
    """
    if array.dtype not in (np.float32, np.float16, np.uint8):
        raise GentutorError(f"Only float32, float16 and uint8 arrays travel to the page; got {array.dtype}.")
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    data = base64.b64encode(little.tobytes()).decode("ascii")
    return {"type": array.dtype.name, "shape": list(array.shape), "data": data}


def _quantise(weight: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return whole numbers in [-127, 127] and the value of one step for each row."""
    step = np.maximum(np.abs(weight).max(axis=1), 1e-12) / 127
    return np.rint(weight / step[:, None]).astype(np.int8), step.astype(np.float32)


def pack_layers(layers: Sequence[Layer], precision: Precision = "float16") -> list[dict[str, Any]]:
    """Write layers as JSON for ``unpackLayers`` of mlp.js.

    Parameters
    ----------
    layers : sequence of Layer
        What `layers_of` returns.
    precision : {"float16", "int8"}
        Two bytes for a weight, or one and a step for each row. Biases keep float32.
    """
    packed = []
    for layer in layers:
        if precision == "float16":
            weight = pack_array(layer.weight.astype(np.float16))
        else:
            whole, step = _quantise(layer.weight)
            data = base64.b64encode(whole.tobytes()).decode("ascii")
            weight = {"type": "int8", "shape": list(whole.shape), "data": data, "scale": pack_array(step)}
        packed.append({"weight": weight, "bias": pack_array(layer.bias), "activation": layer.activation})
    return packed


def rounded(layers: Sequence[Layer], precision: Precision = "float16") -> list[Layer]:
    """Return the layers with the weights that the page will have after packing."""
    if precision == "float16":
        weights = [layer.weight.astype(np.float16).astype(np.float32) for layer in layers]
    else:
        weights = [whole * step[:, None] for whole, step in (_quantise(layer.weight) for layer in layers)]
    return [Layer(weight, layer.bias, layer.activation) for weight, layer in zip(weights, layers, strict=True)]


def _sigmoid(v: NDArray[Any]) -> NDArray[Any]:
    half: NDArray[Any] = 0.5 * (1 + np.tanh(v / 2))  # exp(-v) would overflow for very dark pixels
    return half


_FUNCTIONS: dict[str, Any] = {
    "none": lambda v: v,
    "relu": lambda v: np.maximum(v, 0),
    "leaky_relu": lambda v: np.where(v > 0, v, 0.01 * v),
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "silu": lambda v: v * _sigmoid(v),
}


def evaluate(layers: Sequence[Layer], x: NDArray[Any]) -> NDArray[np.float32]:
    """Return what the page computes for inputs `x` (N, n_in): an array (N, n_out)."""
    for layer in layers:
        x = _FUNCTIONS[layer.activation](x @ layer.weight.T + layer.bias)
    return x.astype(np.float32)


def self_contained(
    script: str, call: str, settings: Mapping[str, Any], *, still: bytes, size: tuple[int, int], alt: str
) -> str:
    """Return HTML that shows `still` until its own script replaces it.

    Parameters
    ----------
    script : str
        JavaScript that defines the function `call`.
    call : str
        Name of a function ``(host, settings)``. `host` is the element to fill; several on a page are independent.
    settings : mapping
        JSON-able settings, packed weights among them.
    still : bytes
        PNG for readers whose page runs no scripts: a notebook that is not trusted yet, a mail.
    size : tuple of int
        Width and height, in pixels of the page, at which it is shown.
    alt : str
        Its description.
    """
    # Within JSON "<" stands only inside strings; written so, it cannot end the script element early.
    values = json.dumps(settings, separators=(",", ":")).replace("<", "\\u003c")
    picture = base64.b64encode(still).decode("ascii")
    return (
        '<div class="gentutor-in-page" data-lm-suppress-shortcuts="true">'
        f'<img alt="{html.escape(alt)}" width="{size[0]}" height="{size[1]}" src="data:image/png;base64,{picture}"'
        ' style="max-width: 100%; height: auto">'
        f'<script>(() => {{"use strict";\n{script}\n{call}(document.currentScript.parentElement, {values});\n}})();'
        "</script></div>"
    )
