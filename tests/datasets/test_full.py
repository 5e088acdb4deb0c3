"""The full set: from files placed by hand, through torchvision, and refused in sentences when neither works."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gentutor.datasets import FASHION_CLASSES, full, load_full_fashion
from gentutor.datasets.idx import SPLIT_FILES, read_idx
from gentutor.errors import DataDamagedError, DataError, DataMissingError, DownloadError

COUNTS = {"train": 30, "test": 20}


def idx(values: np.ndarray) -> bytes:
    """The values as an IDX file."""
    header = bytes([0, 0, 8, values.ndim]) + np.array(values.shape, ">u4").tobytes()
    return header + values.astype(np.uint8).tobytes()


@pytest.fixture
def originals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the four files, of few pictures."""
    folder = tmp_path / "originals"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for split, n in COUNTS.items():
        for name, values in zip(
            SPLIT_FILES[split], (rng.integers(0, 256, (n, 28, 28)), np.arange(n) % 10), strict=True
        ):
            (folder / name).write_bytes(gzip.compress(idx(values), mtime=0))
    monkeypatch.setattr(full, "COUNTS", COUNTS)
    return folder


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every attempt to reach the network fails, as without a cable."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("network is unreachable")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("unpacked", [False, True])
@pytest.mark.parametrize("below", ["", "FashionMNIST/raw"])
@pytest.mark.usefixtures("offline")
def test_files_placed_by_hand_are_read(originals: Path, tmp_path: Path, below: str, unpacked: bool) -> None:
    place = tmp_path / "mine" / below
    place.mkdir(parents=True)
    for path in originals.iterdir():
        if unpacked:
            (place / path.name.removesuffix(".gz")).write_bytes(gzip.decompress(path.read_bytes()))
        else:
            shutil.copy(path, place)
    for split, n in COUNTS.items():
        images = load_full_fashion(tmp_path / "mine", download=True, split=split)  # type: ignore[arg-type]
        assert images.x.shape == (n, 1, 28, 28)
        assert images.x.dtype == torch.float32
        assert images.y.dtype == torch.int64
        assert images.y.tolist() == [i % 10 for i in range(n)]
        assert images.class_names == FASHION_CLASSES
        expected = read_idx(originals / SPLIT_FILES[split][0])
        assert torch.equal((images.x[:, 0] * 255).round().to(torch.uint8), torch.from_numpy(expected.copy()))


@pytest.fixture
def mirror(originals: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server on this machine from which torchvision fetches the files of `originals`."""
    datasets = pytest.importorskip("torchvision.datasets")

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(originals)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    checksums = [(p.name, hashlib.md5(p.read_bytes()).hexdigest()) for p in originals.iterdir()]
    monkeypatch.setattr(datasets.FashionMNIST, "resources", checksums)
    yield
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.usefixtures("mirror")
def test_torchvision_fetches_the_files(originals: Path, tmp_path: Path) -> None:
    before = socket.getdefaulttimeout()
    fetched = load_full_fashion(tmp_path / "new", download=True)
    assert torch.equal(fetched.x, load_full_fashion(originals).x)
    assert torch.equal(fetched.y, load_full_fashion(originals).y)
    assert socket.getdefaulttimeout() == before


@pytest.mark.usefixtures("mirror")
def test_download_that_arrives_damaged_is_refused(originals: Path, tmp_path: Path) -> None:
    (originals / SPLIT_FILES["test"][0]).write_bytes(b"<html>please log in</html>")
    with pytest.raises(DownloadError, match=r"could not be downloaded.*corrupted"):
        load_full_fashion(tmp_path / "new", download=True)


@pytest.mark.usefixtures("offline")
def test_offline_says_how_to_go_on(tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        load_full_fashion(tmp_path, download=True)
    message = str(caught.value)
    for part in (str(tmp_path), "train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", "load_fashion()"):
        assert part in message


def test_silent_network_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    datasets = pytest.importorskip("torchvision.datasets")
    monkeypatch.setattr(full, "PATIENCE", 0.3)
    monkeypatch.setattr(datasets.FashionMNIST, "__init__", lambda *_, **__: time.sleep(5))
    started = time.monotonic()
    with pytest.raises(DownloadError, match=r"stalled.*load_fashion\(\)"):
        load_full_fashion(tmp_path, download=True)
    assert time.monotonic() - started < 4  # before the sleeper wakes


@pytest.mark.usefixtures("offline")
def test_nothing_is_fetched_unasked(tmp_path: Path) -> None:
    with pytest.raises(DataMissingError, match=r"download=True"):
        load_full_fashion(tmp_path)
    assert not any(tmp_path.iterdir())


def test_unknown_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'all'"):
        load_full_fashion(tmp_path, split="all")  # type: ignore[arg-type]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(share=st.floats(0, 1, exclude_max=True))
def test_truncated_file_is_named(originals: Path, share: float) -> None:
    path = originals / SPLIT_FILES["train"][0]
    content = path.read_bytes()
    try:
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(DataDamagedError, match=path.name):
            load_full_fashion(originals)
    finally:
        path.write_bytes(content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(data=st.data())
def test_damaged_gzip_is_named_or_harmless(originals: Path, data: st.DataObject) -> None:
    path = originals / SPLIT_FILES["train"][1]
    content = path.read_bytes()
    position, flip = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(1, 255))
    damaged = bytearray(content)
    damaged[position] ^= flip
    try:
        path.write_bytes(damaged)
        # Some bits of a gzip file mean nothing (time, hints, padding): then the labels are right. Never are they wrong.
        try:
            labels = load_full_fashion(originals).y.tolist()
        except DataDamagedError as error:
            assert path.name in str(error)  # noqa: PT017  (an error is one of two right ends)
        else:
            assert labels == [i % 10 for i in range(30)]
    finally:
        path.write_bytes(content)


def test_file_of_another_set_is_named(originals: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(full, "COUNTS", {"train": 60_000, "test": 10_000})
    with pytest.raises(DataDamagedError, match=r"shape \(30, 28, 28\); the train part .* \(60000, 28, 28\)"):
        load_full_fashion(originals)


def test_labels_out_of_range_are_named(originals: Path) -> None:
    path = originals / SPLIT_FILES["test"][1]
    path.write_bytes(gzip.compress(idx(np.full(20, 26))))
    with pytest.raises(DataDamagedError, match="class 26"):
        load_full_fashion(originals, split="test")


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: b"", "not an IDX file"),
        (lambda: b"PK\x03\x04 a zip", "not an IDX file"),
        (lambda: bytes([0, 0, 13, 1]) + bytes(8), "not an IDX file"),
        (lambda: idx(np.zeros((3, 2)))[:-1], "holds 5"),
        (lambda: idx(np.zeros((3, 2))) + b"x", "holds 7"),
        (lambda: bytes([0, 0, 8, 3, 0, 0]), "ends within its header"),
    ],
)
def test_what_is_no_idx_file_is_refused(tmp_path: Path, make: Callable[[], bytes], what: str) -> None:
    (tmp_path / "x").write_bytes(make())
    with pytest.raises(DataDamagedError, match=what):
        read_idx(tmp_path / "x")
