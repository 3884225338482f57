"""Times one benchmark in PyTorch under one setting, on behalf of compare.py.

    python bench/torch_worker.py '{"case": "TrainStep/mnist/128", "threads": 2, "options": []}'

After warming up it prints a line of JSON with the version; then, for each line
of standard input that names a number of seconds, it runs the benchmark for that
long and prints the milliseconds of an iteration. A process for each setting
keeps environment variables, thread pools and compiled code apart.

Options, all in float32 arithmetic:
    channels_last   images in the memory format (N,H,W,C)
    fused           the fused implementation of Adam
    compile         torch.compile; for inference with frozen weights
    trace           a frozen TorchScript trace, optimised for inference
    one_thread      a single thread, whatever "threads" says
"""
import json
import sys
import time
import warnings

import torch

import ddpm
import mlp
import unet
from unet import loss

LEVELS, LR = 100, 1e-4
WARM_UP = 5  # runs, or as many as a minute allows


def batch(net, n, memory):
    """Random samples, levels and targets."""
    x = torch.randn(n, *net["shape"])
    if memory:
        x = x.to(memory_format=memory)
    return x, torch.randint(0, LEVELS, (n,)), torch.randn_like(x)


def train_step(model, x, t, target, options):
    """zero_grad, forward, MSE, backward and a step of Adam."""
    optimizer = torch.optim.Adam(model.parameters(), lr=LR, fused="fused" in options or None)
    forward = model
    if "compile" in options:
        import torch._inductor.config as inductor
        # PyTorch 2.15 fails on the backward pass of images when it picks
        # layouts itself ("expected size 16==16, stride 1==784").
        inductor.layout_optimization = False
        forward = torch.compile(model)

    def run():
        optimizer.zero_grad()
        loss(forward(x, t), target).backward()
        optimizer.step()

    return run


def inference(model, x, t, options):
    """One prediction in evaluation mode."""
    model.eval()
    if "compile" in options:
        import torch._inductor.config as inductor
        inductor.freezing = True
        model = torch.compile(model)
    if "trace" in options:
        model = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, (x, t))))
    # Compiled and frozen code wants no_grad, which costs eager code next to nothing.
    grad = torch.no_grad if {"compile", "trace"} & set(options) else torch.inference_mode

    def run():
        with grad():
            model(x, t)

    return run


def build(case, options):
    """The function to be timed."""
    kind, name, *rest = case.split("/")
    kinds = {**{n: (unet, unet.UNet) for n in unet.NETS}, **{n: (mlp, mlp.MLP) for n in mlp.NETS}, **{n: (ddpm, ddpm.DDPM) for n in ddpm.NETS}}
    module, network = kinds[name]
    net = module.NETS[name]
    memory = torch.channels_last if "channels_last" in options else None
    model = network(**net)
    if memory:
        model = model.to(memory_format=memory)
    x, t, target = batch(net, int(rest[0]), memory)
    if kind == "TrainStep":
        return train_step(model, x, t, target, options)
    return inference(model, x, t, options)


def main():
    setting = json.loads(sys.argv[1])
    options = setting["options"]
    warnings.simplefilter("ignore")
    torch.set_num_threads(1 if "one_thread" in options else setting["threads"])
    torch.manual_seed(0)
    try:
        run = build(setting["case"], options)
        start = time.perf_counter()
        for _ in range(WARM_UP):
            run()
            if time.perf_counter() - start > 60:
                break
    except Exception as e:  # whatever this version or this machine cannot do
        print(json.dumps({"error": f"{type(e).__name__}: {str(e).strip().splitlines()[0] if str(e).strip() else ''}"}))
        return
    print(json.dumps({"version": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}), flush=True)
    for line in sys.stdin:
        seconds, n, start = float(line), 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            run()
            n += 1
        print(1e3 * (time.perf_counter() - start) / n, flush=True)


if __name__ == "__main__":
    main()
