"""Writes model/testdata/steps/*.npz: ten training steps of small networks.

    python bench/fixtures.py

Each file holds the initial state dict ("init.<name>"), the noisy samples,
levels and targets of every step ("x", "t", "eps"), the loss of every step
("loss"), and the state dict after the last one ("final.<name>"). The optimizer
is Adam with PyTorch's defaults.
"""
import pathlib

import numpy as np
import torch

from unet import UNet, loss

STEPS, BATCH, LR = 10, 8, 1e-3

NETS = {
    "signal_batch": dict(shape=(2, 8), channels=8, multipliers=(1, 2), norm="batch"),
    "image_batch": dict(shape=(1, 8, 8), channels=4, multipliers=(1, 2), norm="batch"),
    "image_group": dict(shape=(3, 4, 4), channels=8, multipliers=(1, 2), blocks=1, norm="group"),
    "signal_instance": dict(shape=(1, 16), channels=6, multipliers=(1, 3), blocks=1, norm="instance"),
}


def main():
    out = pathlib.Path(__file__).parent.parent / "model" / "testdata" / "steps"
    out.mkdir(parents=True, exist_ok=True)
    for seed, (name, net) in enumerate(NETS.items()):
        torch.manual_seed(seed)
        model = UNet(**net)
        arrays = {f"init.{k}": v.numpy().copy() for k, v in model.state_dict().items()}
        x = torch.randn(STEPS, BATCH, *net["shape"])
        t = torch.randint(0, 50, (STEPS, BATCH))
        eps = torch.randn_like(x)
        optimizer = torch.optim.Adam(model.parameters(), lr=LR)
        losses = []
        for i in range(STEPS):
            optimizer.zero_grad()
            value = loss(model(x[i], t[i]), eps[i])
            value.backward()
            optimizer.step()
            losses.append(value.item())
        arrays |= {f"final.{k}": v.detach().numpy() for k, v in model.state_dict().items()}
        arrays |= dict(x=x.numpy(), t=t.numpy().astype(np.float32), eps=eps.numpy(), loss=np.array(losses))
        np.savez_compressed(out / f"{name}.npz", **arrays)
        print(name, sum(p.numel() for p in model.parameters()), "parameters, losses", np.round(losses, 4))


if __name__ == "__main__":
    main()
