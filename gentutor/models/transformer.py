"""The transformer taught in lesson 05: reads a row of tokens, and says at each place what may come next.

Vaswani and others (2017), "Attention is all you need", in the form that is usual today: only the decoder, norms before
each part, rotary positions. Nothing in it knows what the tokens mean: lesson 06 gives it pixels and notes. How the
details were chosen stands in ``docs/log.md``.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gentutor.seeding import seeded

N_BEFORE = 3
"""With how many of the tokens before it each token is mixed as it comes in."""

_LONGEST_WAVE = 1_000.0  # tokens: the slowest pair of features turns once in about 2·pi times as many


def attention_weights(q: Tensor, k: Tensor) -> Tensor:
    """Return how much each token listens to each token up to itself: rows that sum to 1, zeros in the future.

    Vaswani and others (2017), section 3.2.1.

    Parameters
    ----------
    q : Tensor
        What each token looks for, (B, H, T, D/H). With a cache it has fewer rows than `k`: those of the last tokens.
    k : Tensor
        What each token offers to be found by, (B, H, T, D/H).

    Examples
    --------
    >>> attention_weights(torch.zeros(1, 1, 3, 2), torch.zeros(1, 1, 3, 2))[0, 0]
    tensor([[1.0000, 0.0000, 0.0000],
            [0.5000, 0.5000, 0.0000],
            [0.3333, 0.3333, 0.3333]])
    """
    n_queries, n_keys = q.shape[-2], k.shape[-2]
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (B, H, T, T)
    future = torch.ones(n_queries, n_keys, dtype=torch.bool, device=q.device).triu(1 + n_keys - n_queries)
    return scores.masked_fill(future, -math.inf).softmax(-1)  # exp(-inf) is 0


def causal_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return what each token gathers from itself and from those before it: means of values, (B, H, T, D/H).

    Parameters
    ----------
    q, k : Tensor
        As for `attention_weights`.
    v : Tensor
        What each token hands over when it is listened to, (B, H, T, D/H).

    Examples
    --------
    >>> alike, v = torch.zeros(1, 1, 3, 1), torch.tensor([[[[2.0], [4.0], [9.0]]]])
    >>> causal_attention(alike, alike, v).flatten()
    tensor([2., 3., 5.])
    """
    return attention_weights(q, k) @ v


def rotations(start: int, n: int, size: int) -> tuple[Tensor, Tensor]:
    """Return cosines and sines of the angles by which the tokens from place `start` on are turned: (n, size / 2) each.

    Su and others (2021), "RoFormer", section 3.2.2: each pair of features turns at a pace of its own.

    Parameters
    ----------
    start : int
        Place of the first token.
    n : int
        How many tokens.
    size : int
        Features D/H of one head, an even number.
    """
    frequencies = _LONGEST_WAVE ** -torch.linspace(0, 1, size // 2)  # from 1 down to a thousandth, in radians a token
    angles = torch.arange(start, start + n).unsqueeze(1) * frequencies  # (T, D/2H)
    return angles.cos(), angles.sin()


def rotate(x: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    """Turn the pairs of features of `x` (B, H, T, D/H), so that q·k depends on how far apart two tokens are.

    Parameters
    ----------
    x : Tensor
        Queries or keys. Feature i is paired with feature i + D/2H.
    turns : tuple of Tensor
        From `rotations`.
    """
    cos, sin = (part.to(x) for part in turns)  # same type, same device
    a, b = x.chunk(2, -1)
    return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


class Cache:
    """Keys and values of the tokens that were read, so that each new token costs one row of attention, not all rows.

    Parameters
    ----------
    n_layers : int
        Layers of the transformer.
    context : int
        How many tokens it keeps; older ones are dropped.

    Attributes
    ----------
    keys, values : list of Tensor
        Of each layer, (B, H, T, D/H); empty before the first token.
    last : Tensor or None
        Embeddings (B, 3, D) of the last tokens, with which the next one is mixed.
    seen : int
        Tokens read so far, dropped ones included: the place of the next one.
    """

    def __init__(self, n_layers: int, context: int) -> None:
        self.context, self.seen = context, 0
        self.keys: list[Tensor] = [torch.empty(0)] * n_layers
        self.values: list[Tensor] = [torch.empty(0)] * n_layers
        self.last: Tensor | None = None

    @property
    def length(self) -> int:
        """Tokens that it holds now."""
        return min(self.seen, self.context)

    def extend(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Add the keys and values (B, H, T, D/H) of new tokens, and return those of all tokens kept."""
        for kept, new in ((self.keys, k), (self.values, v)):
            kept[layer] = torch.cat([kept[layer], new], -2)[:, :, -self.context :] if self.seen else new
        return self.keys[layer], self.values[layer]


class Attention(nn.Module):
    """Tokens exchange what they know: several heads of `causal_attention` side by side.

    Parameters
    ----------
    width : int
        Features D of a token.
    n_heads : int
        Heads H; each has D/H features of every token.
    """

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.mix = nn.Linear(width, width, bias=False)
        nn.init.zeros_(self.mix.weight)  # a new layer hands its input on; training gives it something to add

    def heads(self, x: Tensor, turns: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Return queries, keys and values, each (B, H, T, D/H), for tokens `x` (B, T, D)."""
        parts = (layer(x) for layer in (self.query, self.key, self.value))  # 3 x (B, T, D)
        q, k, v = (part.unflatten(-1, (self.n_heads, -1)).transpose(1, 2) for part in parts)  # 3 x (B, H, T, D/H)
        return rotate(q, turns), rotate(k, turns), v

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor], cache: Cache | None = None, layer: int = 0) -> Tensor:
        """Return what is added to the tokens `x` (B, T, D)."""
        q, k, v = self.heads(x, turns)
        if cache is not None:
            k, v = cache.extend(layer, k, v)
        gathered = causal_attention(q, k, v).transpose(1, 2).flatten(2)  # (B, H, T, D/H) -> (B, T, D)
        added: Tensor = self.mix(gathered)
        return added


class Block(nn.Module):
    """One layer: tokens exchange what they know, then each thinks for itself.

    Parameters
    ----------
    width : int
        Features D of a token.
    n_heads : int
        Heads of its attention.
    """

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, n_heads)
        self.widen = nn.Linear(width, 4 * width, bias=False)
        self.narrow = nn.Linear(4 * width, width, bias=False)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x: Tensor, turns: tuple[Tensor, Tensor], cache: Cache | None = None, layer: int = 0) -> Tensor:
        """Return the tokens (B, T, D) with what this layer has to add."""
        x = x + self.attention(norm(x), turns, cache, layer)
        hidden = self.widen(norm(x)).relu().square()  # (B, T, 4D); squared ReLU: So and others (2021), "Primer"
        return x + self.narrow(hidden)  # type: ignore[no-any-return]


def norm(x: Tensor) -> Tensor:
    """Return tokens (B, T, D) scaled to a root mean square of 1 each: RMSNorm, without weights of its own.

    Zhang and Sennrich (2019), "Root mean square layer normalization".
    """
    return F.rms_norm(x, x.shape[-1:])


class Transformer(nn.Module):
    """Says at each place of a row of tokens how likely every token is to come next.

    Parameters
    ----------
    n_tokens : int
        Size of the vocabulary.
    context : int
        How many tokens it is trained to look back on; `forward` takes longer rows, but answers worse.
    width : int
        Features D of a token.
    n_layers : int
        Blocks on top of each other.
    n_heads : int
        Heads of attention in each; they share the width.
    seed : int
        Start of the random stream of the initial weights.

    Examples
    --------
    >>> model = Transformer(n_tokens=27, context=16, width=32, n_layers=2)
    >>> model(torch.zeros(5, 16, dtype=torch.int64)).shape
    torch.Size([5, 16, 27])
    """

    def __init__(
        self, n_tokens: int, context: int, *, width: int = 128, n_layers: int = 4, n_heads: int = 2, seed: int = 0
    ) -> None:
        super().__init__()
        self.n_tokens, self.context, self.width = n_tokens, context, width
        self.n_layers, self.n_heads = n_layers, n_heads
        with seeded(seed, "transformer"):
            self.embed = nn.Embedding(n_tokens, width)
            self.before = nn.Parameter(torch.zeros(N_BEFORE, width))
            self.blocks = nn.ModuleList(Block(width, n_heads) for _ in range(n_layers))
            self.head = nn.Linear(width, n_tokens, bias=False)
            nn.init.zeros_(self.head.weight)  # all tokens equally likely: the first loss is log(n_tokens)

    def forward(self, tokens: Tensor, cache: Cache | None = None) -> Tensor:
        """Return logits (B, T, n_tokens) of the token after each one.

        Parameters
        ----------
        tokens : Tensor
            Whole numbers (B, T), int64.
        cache : Cache, optional
            What was read before these tokens, from `new_cache`; they are added to it.
        """
        x, turns = self._enter(tokens, cache)
        for layer, block in enumerate(self.blocks):
            x = block(x, turns, cache, layer)
        if cache is not None:
            cache.seen += tokens.shape[1]
        logits: Tensor = self.head(norm(x))  # (B, T, D) -> (B, T, n_tokens)
        return logits

    def _enter(self, tokens: Tensor, cache: Cache | None = None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Look the tokens up, mix each with the three before it, and say how far each is turned."""
        x, n = self.embed(tokens), tokens.shape[1]  # (B, T, D)
        start, last = (0, None) if cache is None else (cache.seen, cache.last)
        row = F.pad(x, (0, 0, N_BEFORE, 0)) if last is None else torch.cat([last, x], 1)  # (B, 3 + T, D)
        if cache is not None:
            cache.last = row[:, -N_BEFORE:]
        for back in range(1, N_BEFORE + 1):
            x = x + self.before[back - 1] * row[:, N_BEFORE - back : N_BEFORE - back + n]
        return norm(x), rotations(start, n, self.width // self.n_heads)

    def new_cache(self) -> Cache:
        """Return an empty cache that keeps as many tokens as the model looks back on."""
        return Cache(self.n_layers, self.context)

    @torch.no_grad()
    def attention_maps(self, tokens: Tensor) -> Tensor:
        """Return who listens to whom, (L, B, H, T, T) for L layers: row t is what token t gives to tokens 0 to t."""
        x, turns = self._enter(tokens)
        maps = []
        for block in self.blocks:
            assert isinstance(block, Block)
            q, k, _ = block.attention.heads(norm(x), turns)
            maps.append(attention_weights(q, k))
            x = block(x, turns)
        return torch.stack(maps)
