"""Makes a small random network with an installed denoising-diffusion-pytorch, and what
it computes, as a fixture for `go test ./model -run Foreign`.

    python bench/lucidrains.py OUT [KEY=VALUE ...] [--bare] [--objective pred_noise]

KEYs are arguments of the library's Unet, such as full_attn='(True,False)'. OUT gets
model-1.pt, the state dict of a GaussianDiffusion or, with --bare, of the Unet alone, in
half precision and without a version, expected.npz and expected.json, which are those of
the weights so rounded. The network runs in float64 but for the embedding of the level,
and the library's norms keep the ε that they have in float32. Fixtures in
checkpoint/pretrained/testdata made with it:

    lucid-0.27.12    with 0.27.12: dim=8 dim_mults='(1,2)' channels=1
    lucid-variants   with 2.3.1: dim=8 init_dim=12 dim_mults='(1,2)' channels=2 \\
                     full_attn='(True,False)' attn_heads=3 attn_dim_head=5 learned_variance=True --bare
"""
import argparse
import ast
import importlib.util
import json
import pathlib
import sys
import types

import numpy as np
import torch

SMALL = 1200  # values of a gradient that is stored as a whole


def library():
    """The package's module, whose norms have one ε in every precision."""
    spec = importlib.util.find_spec("denoising_diffusion_pytorch")
    folder = pathlib.Path(spec.submodule_search_locations[0])
    name = "denoising_diffusion_pytorch"
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    module = types.ModuleType(name + "." + name)
    text = (folder / f"{name}.py").read_text().replace("1e-5 if x.dtype == torch.float32 else 1e-3", "1e-5")
    exec(compile(text, str(folder / f"{name}.py"), "exec"), module.__dict__)
    return module


def randomize(net, generator):
    """Draws what begins as a constant too, and rounds all to half precision."""
    for name, p in net.named_parameters():
        r = torch.randn(p.shape, generator=generator)
        if name.endswith((".g", "norm.weight")):
            p.data = 1 + 0.2 * r
        elif name.endswith(".bias"):
            p.data = 0.1 * r
        p.data = p.data.half().float()


class Embedding(torch.nn.Module):
    """The embedding of the level, in float32, for a network in float64."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, t):
        return self.inner(t.float()).double()


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("out", type=pathlib.Path)
    p.add_argument("settings", nargs="*", metavar="KEY=VALUE")
    p.add_argument("--bare", action="store_true")
    p.add_argument("--objective", default="pred_noise")
    p.add_argument("--size", type=int, default=8)
    args = p.parse_args()
    settings = {k: ast.literal_eval(v) for k, v in (s.split("=", 1) for s in args.settings)}
    generator = torch.Generator().manual_seed(7)
    torch.manual_seed(7)

    lib = library()
    net = lib.Unet(**settings).eval()
    randomize(net, generator)
    args.out.mkdir(parents=True, exist_ok=True)
    if args.bare:
        state = {k: v.half() for k, v in net.state_dict().items()}
    else:
        diffusion = lib.GaussianDiffusion(net, image_size=args.size, timesteps=1000, objective=args.objective)
        state = {k: v.half() if k.startswith("model.") else v for k, v in diffusion.state_dict().items()}
    torch.save(state, args.out / "model-1.pt")

    channels = settings.get("channels", 3)
    x = torch.randn(4, channels, args.size, args.size, generator=generator)
    target = torch.randn(x.shape, generator=generator)
    t, t_frac = torch.tensor([0, 17, 500, 999]), torch.tensor([0.25, 3.5, 421.75, 998.5])
    with torch.no_grad():
        single = net(x, t.float())
        single_frac = net(x, t_frac)
    names = [k for k, _ in net.named_parameters()]
    net = net.double()
    net.time_mlp[0] = Embedding(net.time_mlp[0])
    with torch.no_grad():
        y_frac = net(x.double(), t_frac)
    y = net(x.double(), t)
    loss = ((y[:, :channels] - target.double()) ** 2).mean()
    loss.backward()

    offsets, flat, sums, large = {}, [], [], []
    for name, q in zip(names, net.parameters()):
        g = torch.zeros_like(q) if q.grad is None else q.grad
        g = g.flatten().numpy()
        if g.size <= SMALL:
            offsets[name] = sum(f.size for f in flat)
            flat.append(g)
        else:
            large.append(name)
            sums.append([np.linalg.norm(g), g.sum(), (g * np.cos(np.arange(g.size))).sum()])

    def noise(single, double):
        return float((single - double).abs().max() / double.square().mean().sqrt())

    y = y.detach()
    f = lambda a: np.asarray(a, dtype=np.float32)
    np.savez(args.out / "expected.npz", x=f(x), t=f(t), t_frac=f(t_frac), y=f(y), y_frac=f(y_frac), target=f(target), loss=f([loss.item()]),
             grad=f(np.concatenate(flat)), gradsum=f(sums))
    about = {
        "gradients": offsets, "gradsums": large, "parameters": sum(q.numel() for q in net.parameters()), "shape": list(x.shape[1:]),
        "noise": {"y": noise(single, y), "y_frac": noise(single_frac, y_frac)}, "network": settings,
        "tensors": {k: list(q.shape) for k, q in zip(names, net.parameters())},
    }
    (args.out / "expected.json").write_text(json.dumps(about, indent=0) + "\n")
    print(f"{about['parameters']} parameters; PyTorch in float32 is off by {about['noise']['y']:.1e} of the output's rms")


if __name__ == "__main__":
    main()
