"""Writes the fixtures of this folder with NumPy, PyTorch and safetensors.

    python -m venv env && env/bin/pip install torch numpy safetensors
    env/bin/python checkpoint/weights/testdata/make.py

For each fixture NAME.* of several element types, NAME.expected.npz holds what
a reader must see: every array widened to float64, in C order. digests.json
holds, for each reference run folder in model/testdata/torch, one SHA-256 over
names, shapes and float32 bytes of the network's state dict.
"""
import collections
import hashlib
import io
import json
import pathlib
import zipfile

import numpy as np
import safetensors.torch
import torch

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(7)
torch.manual_seed(7)


def save_expected(name, arrays):
    np.savez(here / f"{name}.expected.npz", **{k: np.ascontiguousarray(np.asarray(v).astype(np.float64)) for k, v in arrays.items()})


# --- NumPy ---
special = np.array([0.0, -0.0, np.inf, -np.inf, 1.0, -2.5, 65504.0, 6e-8, -6e-8, 6.1e-5, 1 / 3])
arrays = {
    "f8": rng.standard_normal((2, 3, 4)),
    "f4": rng.standard_normal((5, 1, 2)).astype(np.float32),
    "f2": special.astype(np.float16),
    "i8": np.array([[-3, 2**40], [7, -(2**31)]]),
    "i4": np.array([1, -2, 2**31 - 1], np.int32),
    "i2": np.array([-32768, 32767], np.int16),
    "i1": np.array([-128, 127], np.int8),
    "u1": np.array([0, 255], np.uint8),
    "bool": np.array([True, False, True]),
    "scalar": np.float32(2.5),
    "empty": np.zeros((0, 3), np.float32),
    "fortran": np.asfortranarray(rng.standard_normal((3, 4, 2)).astype(np.float32)),
    "nested/name": np.arange(3, dtype=np.float32),
}
np.savez(here / "numpy.npz", **arrays)
np.savez_compressed(here / "numpy_deflated.npz", **arrays)
save_expected("numpy", arrays)
with zipfile.ZipFile(here / "numpy_versions.npz", "w") as z:
    for version in [(1, 0), (2, 0), (3, 0)]:
        b = io.BytesIO()
        np.lib.format.write_array(b, arrays["f4"], version=version)
        z.writestr(f"v{version[0]}.npy", b.getvalue())
np.savez(here / "float32.npz", **{"a": arrays["f4"], "b.weight": np.ones((1, 2, 3, 4), np.float32), "c": np.float32(1)})

# --- PyTorch ---
base = torch.randn(6, 8)
state = collections.OrderedDict(
    double=torch.randn(2, 3, dtype=torch.float64),
    float=torch.randn(4, 2, 3),
    half=torch.tensor(special, dtype=torch.float16),
    bfloat16=torch.tensor([1.0, -0.0, 3.14159, 1e30, 1e-40, float("inf")], dtype=torch.bfloat16),
    long=torch.tensor([2**40, -5]),
    int=torch.tensor([7, -8], dtype=torch.int32),
    short=torch.tensor([-300], dtype=torch.int16),
    char=torch.tensor([-1], dtype=torch.int8),
    byte=torch.tensor([200], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    scalar=torch.tensor(1.5),
    empty=torch.zeros(0, 4),
    transposed=base.t(),
    window=base[1:5, 2:7:2],
    shared=base,
    expanded=torch.tensor([[1.0], [2.0]]).expand(2, 3),
    channels_last=torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
    parameter=torch.nn.Parameter(torch.randn(3)),
)
state._metadata = collections.OrderedDict(version=1)
checkpoint = {
    "model": state,
    "list": [torch.ones(2), {"deep": torch.zeros(1)}],
    "epoch": 12,
    "val_loss": 0.25,
    "name": "fixture",
    "flag": True,
    "nothing": None,
    "milestones": collections.Counter({3: 1}),
    "size": torch.Size([1, 2]),
    "device": torch.device("cpu"),
    "dtype": torch.float32,
    "numpy": np.float64(0.5),
    "tuple": (1, 2.5),
    "set": {1, 2},
    "big": 2**100,
}
torch.save(checkpoint, here / "torch_zip.pt")
torch.save(checkpoint, here / "torch_protocol4.pt", pickle_protocol=4)
torch.save(checkpoint, here / "torch_legacy.pt", _use_new_zipfile_serialization=False)
flat = {f"model.{k}": v.detach().double().numpy() for k, v in state.items()}
flat["list.0"] = np.ones(2)
flat["list.1.deep"] = np.zeros(1)
save_expected("torch", flat)


class Attack:
    def __reduce__(self):
        import os

        return os.system, ("touch /tmp/condmean-was-here",)


for protocol in (2, 4):
    torch.save({"model": {"w": torch.ones(2), "x": Attack()}}, here / f"attack_protocol{protocol}.pt", pickle_protocol=protocol)
torch.save({"w": torch.ones(2), "x": Attack()}, here / "attack_legacy.pt", _use_new_zipfile_serialization=False)
torch.save(torch.nn.Linear(1, 1), here / "whole_module.pt")
torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), here / "torchscript.pt")

# --- safetensors ---
tensors = {k: state[k].contiguous() for k in
           ["double", "float", "half", "bfloat16", "long", "int", "short", "char", "byte", "bool", "scalar", "empty"]}
safetensors.torch.save_file(tensors, here / "mixed.safetensors", metadata={"origin": "fixture", "quote": 'a "b"'})
save_expected("safetensors", {k: v.double().numpy() for k, v in tensors.items()})
safetensors.torch.save_file({"b": torch.arange(6.0).reshape(2, 3), "a": torch.tensor([1.5, -2.5])},
                            here / "float32.safetensors", metadata={"k": "v"})

# --- reference run folders ---
digests = {}
for folder in sorted((here / "../../../model/testdata/torch").iterdir()):
    (pt,) = (folder / "train_models").glob("*.pt")
    network = {k.removeprefix("model."): v for k, v in torch.load(pt, weights_only=True)["model"].items() if k.startswith("model.")}
    h = hashlib.sha256()
    for k in sorted(network):
        v = network[k].float().contiguous()
        h.update(f"{k} {list(v.shape)}\n".replace(",", "").encode())
        h.update(v.numpy().tobytes())
    digests[folder.name] = {"tensors": len(network), "sha256": h.hexdigest()}
(here / "digests.json").write_text(json.dumps(digests, indent=1) + "\n")
