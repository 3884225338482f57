"""Races training steps on a GPU against PyTorch: the same networks, in turns.

    python bench/device.py                       on a machine with an NVIDIA GPU
    python bench/device.py --nets mnist,mlp      some of the networks
    python bench/device.py --page                into docs/devices.md
    python bench/device.py --binary train.test   without Go there: its test binary, made
                                                 by go test -tags xla -c ./train

    python bench/device.py --device xla:PLUGIN --torch cpu --batch 8 --rounds 1 \\
        --nets mlp --precisions float32,bf16 --no-compile        the rehearsal without one

A step is forward, MSE, backward, Adam and an exponential moving average of the
weights. Ours is the whole step of a run (BenchmarkDeviceStep in package train): this
program draws noise and levels, sends them, and fetches the loss. PyTorch's begins with
random data on the device, does the same with fused Adam and averages by
torch._foreach_lerp_, and ends with loss.item(). Networks and batches: `mnist` (the
paper's UNet, 128), `mlp` (the gated network, 512), `ddpm-cifar10` (128; needs
diffusers).

Precisions: float32; tf32, for products and convolutions; bf16, which here rounds the
factors of those alone and in PyTorch is autocast, channels_last for images. PyTorch
runs eagerly and through torch.compile; the faster one counts. Medians of the rounds.
What a machine cannot do, such as torch.compile without a C compiler, is said and left out.
"""
import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

import torch

import ddpm
import mlp
import unet

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)
BATCH = {"mnist": 128, "mlp": 512, "ddpm-cifar10": 128}
NETWORK = {"mnist": (unet, unet.UNet), "mlp": (mlp, mlp.MLP), "ddpm-cifar10": (ddpm, ddpm.DDPM)}


class Torch:
    """A training step of PyTorch."""

    def __init__(self, name, batch, device, precision, compiled):
        self.name = f"{'compile' if compiled else 'eager'}"
        self.device, self.bf16 = torch.device(device), precision == "bf16"
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "float32"
        torch.backends.cudnn.benchmark = True
        torch.manual_seed(0)
        module, network = NETWORK[name]
        net = module.NETS[name]
        self.model = network(**net).to(self.device)
        self.x = torch.randn(batch, *net["shape"], device=self.device)
        if self.x.dim() == 4:
            self.model = self.model.to(memory_format=torch.channels_last)
            self.x = self.x.to(memory_format=torch.channels_last)
        self.t = torch.randint(0, 100, (batch,), device=self.device)
        self.target = torch.randn_like(self.x)
        self.params = [p for p in self.model.parameters() if p.requires_grad]
        self.average = [p.detach().clone() for p in self.params]
        self.optimizer = torch.optim.Adam(self.params, lr=1e-4, fused=True)
        self.forward = torch.compile(self.model) if compiled else self.model

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            y = self.forward(self.x, self.t)
        loss = unet.loss(y.float(), self.target)
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_(self.average, self.params, 1e-3)
        return loss.item()

    def time(self, seconds):
        """Milliseconds of a step."""
        n, start = 0, time.perf_counter()
        while n == 0 or time.perf_counter() - start < seconds:
            self.step()
            n += 1
        return 1e3 * (time.perf_counter() - start) / n


class Go:
    """BenchmarkDeviceStep."""

    def __init__(self, binary, name, batch, device, precision):
        self.command = [binary, "-test.run=^$", f"-test.bench=^BenchmarkDeviceStep$/^{name}$"]
        self.env = os.environ | {"CONDMEAN_DEVICE": device, "CONDMEAN_PRECISION": precision, "CONDMEAN_BATCH": str(batch)}

    def time(self, seconds):
        out = subprocess.run([*self.command, f"-test.benchtime={seconds}s"], env=self.env, cwd=os.path.join(ROOT, "train"),
                             stdout=subprocess.PIPE, text=True).stdout
        found = re.search(r"([\d.]+) ns/op", out)
        if not found:
            raise RuntimeError(f"no result: {' / '.join(out.split(chr(10)))}")
        return float(found[1]) / 1e6


def contenders(args, binary, name, precision):
    batch = args.batch or BATCH[name]
    yield "here", lambda: Go(binary, name, batch, args.device, precision)
    for compiled in [False] if args.no_compile else [False, True]:
        yield "compile" if compiled else "eager", lambda c=compiled: Torch(name, batch, args.torch, precision, c)


def race(args, binary, name, precision):
    """Milliseconds of a step by contender."""
    ready, times = {}, {}

    def attempt(who, do):
        try:
            return do()
        except Exception as e:  # whatever this version or this machine cannot do
            print(f"{name}, {precision}, {who}: {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}", file=sys.stderr)
            ready.pop(who, None)

    def prepare(who, make):
        ready[who] = make()
        if who != "here":
            for _ in range(3):
                ready[who].step()

    for who, make in contenders(args, binary, name, precision):
        attempt(who, lambda: prepare(who, make))
    for _ in range(args.rounds):
        for who, contender in list(ready.items()):
            ms = attempt(who, lambda: contender.time(args.seconds))
            if ms is not None:
                times.setdefault(who, []).append(ms)
    return {who: statistics.median(t) for who, t in times.items()}


def table(args, binary):
    lines = []

    def say(line):
        lines.append(line)
        print(line, flush=True)

    say("| network | precision | here, ms | eager, ms | torch.compile, ms | ratio to the faster |")
    say("|---|---|--:|--:|--:|--:|")
    for name in args.nets.split(","):
        for precision in args.precisions.split(","):
            t = race(args, binary, name, precision)
            others = [t[w] for w in ("eager", "compile") if w in t]
            ratio = f"{min(others) / t['here']:.2f}×" if others and "here" in t else "–"
            show = lambda who: f"{t[who]:.3g}" if who in t else "–"
            say(f"| {name} | {precision} | {show('here')} | {show('eager')} | {show('compile')} | {ratio} |")
    return "\n".join(lines)


def machine(args):
    what = torch.cuda.get_device_name() if args.torch == "cuda" else platform.processor() or platform.machine()
    return f"{what}, PyTorch {torch.__version__}, batches of {args.batch or BATCH}, medians of {args.rounds} rounds of {args.seconds:g} s"


def put(text):
    """Puts the text between the marks of docs/devices.md."""
    path = os.path.join(ROOT, "docs", "devices.md")
    with open(path) as f:
        page = f.read()
    page, n = re.subn(r"(<!-- figures -->\n).*?(<!-- /figures -->)", lambda m: m[1] + text + "\n" + m[2], page, flags=re.S)
    if n != 1:
        sys.exit(f"{path}: no place for the figures")
    with open(path, "w") as f:
        f.write(page)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--device", default="cuda", help="as the commands take it")
    p.add_argument("--torch", default="cuda", help="PyTorch's device")
    p.add_argument("--nets", default=",".join(BATCH))
    p.add_argument("--precisions", default="float32,tf32,bf16")
    p.add_argument("--batch", type=int, default=0, help="instead of the networks' own")
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=float, default=3)
    p.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    p.add_argument("--binary", help="test binary of package train, built with the tag xla; otherwise Go builds it")
    p.add_argument("--page", action="store_true", help="put the table into docs/devices.md")
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.binary:
            binary = os.path.abspath(args.binary)
        else:
            binary = os.path.join(folder, "train.test")
            subprocess.run(["go", "test", "-tags", "xla", "-c", "-o", binary, "./train"], cwd=ROOT, check=True)
        print(f"{machine(args)}:\n", flush=True)
        text = f"{machine(args)}:\n\n{table(args, binary)}\n"
    if args.page:
        put(text)


if __name__ == "__main__":
    main()
