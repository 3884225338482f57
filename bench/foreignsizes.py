"""Measures `denoise` on networks of the sizes of public models, with random weights.

    python bench/foreignsizes.py [--denoise bin/denoise] [--threads 2] [NAME ...]

Each network is made here, without any library: its settings as uploads have them,
tensors of random numbers in a .safetensors file of its layout, or a .pt. One image of
the network's size is denoised by one call (`oneshot`), and printed are the parameters,
the seconds that `denoise` itself says, those of the whole command (with opening the
file), and its largest resident memory. With --batch N, N images are denoised.

Needs NumPy; PyTorch for the .pt of ffhq_10m.
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

import numpy as np

GOOGLE = dict(freq_shift=1, flip_sin_to_cos=False, norm_eps=1e-6, downsample_padding=0, attention_head_dim=None)
D, A, U, V = "DownBlock2D", "AttnDownBlock2D", "UpBlock2D", "AttnUpBlock2D"
MODELS = {
    "ddpm-cifar10-32": dict(sample_size=32, block_out_channels=[128, 256, 256, 256], down_block_types=[D, A, D, D], up_block_types=[U, U, V, U], **GOOGLE),
    "sd-class-butterflies-32": dict(sample_size=32, block_out_channels=[64, 128, 128, 256], down_block_types=[D, D, A, A], up_block_types=[V, V, U, U]),
    "ddpm-butterflies-128": dict(sample_size=128, block_out_channels=[128, 128, 256, 256, 512, 512], down_block_types=[D, D, D, D, A, D], up_block_types=[U, V, U, U, U, U]),
    "ddpm-celebahq-256": dict(sample_size=256, block_out_channels=[128, 128, 256, 256, 512, 512], down_block_types=[D, D, D, D, A, D], up_block_types=[U, V, U, U, U, U], **GOOGLE),
}


def shapes(c):
    """Names and shapes of the tensors, as the library has them."""
    ch, layers = c["block_out_channels"], 2
    out = {}

    def conv(name, a, b, k):
        out[name + ".weight"], out[name + ".bias"] = (b, a, k, k), (b,)

    def linear(name, a, b):
        out[name + ".weight"], out[name + ".bias"] = (b, a), (b,)

    def norm(name, a):
        out[name + ".weight"], out[name + ".bias"] = (a,), (a,)

    def resnet(name, a, b):
        norm(name + ".norm1", a), conv(name + ".conv1", a, b, 3), linear(name + ".time_emb_proj", 4 * ch[0], b)
        norm(name + ".norm2", b), conv(name + ".conv2", b, b, 3)
        if a != b:
            conv(name + ".conv_shortcut", a, b, 1)

    def attention(name, a):
        norm(name + ".group_norm", a)
        for part in "to_q", "to_k", "to_v", "to_out.0":
            linear(f"{name}.{part}", a, a)

    conv("conv_in", 3, ch[0], 3)
    linear("time_embedding.linear_1", ch[0], 4 * ch[0]), linear("time_embedding.linear_2", 4 * ch[0], 4 * ch[0])
    skips, a = [ch[0]], ch[0]
    for i, (b, kind) in enumerate(zip(ch, c["down_block_types"])):
        for j in range(layers):
            resnet(f"down_blocks.{i}.resnets.{j}", a, b)
            if kind == A:
                attention(f"down_blocks.{i}.attentions.{j}", b)
            a = b
            skips.append(b)
        if i < len(ch) - 1:
            conv(f"down_blocks.{i}.downsamplers.0.conv", b, b, 3)
            skips.append(b)
    resnet("mid_block.resnets.0", a, a), attention("mid_block.attentions.0", a), resnet("mid_block.resnets.1", a, a)
    for i, (b, kind) in enumerate(zip(reversed(ch), c["up_block_types"])):
        for j in range(layers + 1):
            resnet(f"up_blocks.{i}.resnets.{j}", a + skips.pop(), b)
            if kind == V:
                attention(f"up_blocks.{i}.attentions.{j}", b)
            a = b
        if i < len(ch) - 1:
            conv(f"up_blocks.{i}.upsamplers.0.conv", b, b, 3)
    norm("conv_norm_out", ch[0]), conv("conv_out", ch[0], 3, 3)
    return out


def values(rng, name, shape):
    """Weights as large as they are before training."""
    if len(shape) == 1:
        return np.full(shape, float(("norm" in name or ".0.weight" in name) and name.endswith("weight")), dtype=np.float32)
    return rng.standard_normal(shape, dtype=np.float32) * np.float32((0.5 / np.prod(shape[1:])) ** 0.5)


def write_folder(folder, c):
    """A model folder with its scheduler; returns the parameters."""
    folder.mkdir()
    config = {"_class_name": "UNet2DModel", "in_channels": 3, "out_channels": 3, "layers_per_block": 2, "act_fn": "silu", "norm_num_groups": 32,
              "attention_head_dim": 8, **c}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "scheduler_config.json").write_text(json.dumps({"_class_name": "DDPMScheduler"}))
    rng, header, at = np.random.default_rng(0), {}, 0
    list_ = shapes(c)
    for name, shape in list_.items():
        n = 4 * int(np.prod(shape))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + n]}
        at += n
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(folder / "diffusion_pytorch_model.safetensors", "wb") as f:
        f.write(len(text).to_bytes(8, "little") + text)
        for name, shape in list_.items():
            f.write(values(rng, name, shape).tobytes())
    return at // 4


def write_ffhq(name):
    """The .pt of ffhq_10m: OpenAI's network of 93.6 million parameters."""
    import torch
    width, mult, heads = 128, (1, 1, 2, 2, 4, 4), {16}
    state, rng = {}, np.random.default_rng(0)

    def put(key, *shape):
        state[key] = torch.from_numpy(values(rng, key, shape))

    def layer(key, b, *rest):
        put(key + ".weight", b, *rest), put(key + ".bias", b)

    def resnet(key, a, b):
        layer(key + ".in_layers.0", a), layer(key + ".in_layers.2", b, a, 3, 3), layer(key + ".emb_layers.1", 2 * b, 4 * width)
        layer(key + ".out_layers.0", b), layer(key + ".out_layers.3", b, b, 3, 3)
        if a != b:
            layer(key + ".skip_connection", b, a, 1, 1)

    def attention(key, a):
        layer(key + ".norm", a), layer(key + ".qkv", 3 * a, a, 1), layer(key + ".proj_out", a, a, 1)

    layer("time_embed.0", 4 * width, width), layer("time_embed.2", 4 * width, 4 * width)
    layer("input_blocks.0.0", width, 3, 3, 3)
    skips, a, n, size = [width], width, 1, 256
    for i, m in enumerate(mult):
        resnet(f"input_blocks.{n}.0", a, m * width)
        a = m * width
        if size in heads:
            attention(f"input_blocks.{n}.1", a)
        skips.append(a)
        n += 1
        if i < len(mult) - 1:
            resnet(f"input_blocks.{n}.0", a, a)
            skips.append(a)
            n, size = n + 1, size // 2
    resnet("middle_block.0", a, a), attention("middle_block.1", a), resnet("middle_block.2", a, a)
    n = 0
    for i, m in reversed(list(enumerate(mult))):
        for j in range(2):
            resnet(f"output_blocks.{n}.0", a + skips.pop(), m * width)
            a = m * width
            if size in heads:
                attention(f"output_blocks.{n}.1", a)
            if j == 1 and i > 0:
                resnet(f"output_blocks.{n}.{2 if size in heads else 1}", a, a)
                size *= 2
            n += 1
    layer("out.0", width), layer("out.2", 6, width, 3, 3)
    torch.save(state, name)
    return sum(v.numel() for v in state.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--denoise", default="bin/denoise")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join([*MODELS, "ffhq_10m"]))
    args = parser.parse_args()
    print("| model | parameters | s denoising | s in all | GB |\n|---|---|---|---|---|")
    for name in args.names or [*MODELS, "ffhq_10m"]:
        with tempfile.TemporaryDirectory() as tmp:
            path, flags, size = pathlib.Path(tmp) / name, [], 256
            if name == "ffhq_10m":
                path, flags = path.with_suffix(".pt"), ["--preset", "ffhq_10m"]
                parameters = write_ffhq(path)
            else:
                parameters, size = write_folder(path, MODELS[name]), MODELS[name]["sample_size"]
            noisy = np.random.default_rng(1).uniform(size=(args.batch, 3, size, size)).astype(np.float32)
            np.save(f"{tmp}/in.npy", noisy)
            command = [args.denoise, "--checkpoint", path, *flags, "--input", f"{tmp}/in.npy", "--output", f"{tmp}/out.npy", "--sigma", "25",
                       "--methods", "oneshot", "--threads", args.threads]
            start = time.perf_counter()
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            line = child.stdout.read()
            _, status, usage = os.wait4(child.pid, 0)
            took = time.perf_counter() - start
            if status:
                raise SystemExit(f"{name}: denoise failed")
            inside = re.search(r"([0-9.]+) s, method", line)[1]
            print(f"| {name} | {parameters:,} | {inside} | {took:.1f} | {usage.ru_maxrss * 1024 / 1e9:.2f} |", flush=True)


if __name__ == "__main__":
    main()
