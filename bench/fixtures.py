"""Writes model/testdata/steps/*.npz: ten training steps of small networks.

    python bench/fixtures.py

Each file holds the initial state dict ("init.<name>"), the noisy samples,
levels and targets of every step ("x", "t", "eps"), the loss of every step
("loss"), and the state dict after the last one ("final.<name>").

The optimizer is Adam with the learning rate "lr" and the epsilon "adam_eps",
1e-4. Some gradients vanish in exact arithmetic, as that of a bias which the
next norm subtracts again. With Adam's usual 1e-8 their rounding would be blown
up to whole steps, which no two programs share; now even the weights can be
compared. How far they can be is printed: the distance from the same run in
float64, relative to how far the network moved.
"""
import pathlib

import numpy as np
import torch

from experts import Experts
from mlp import MLP
from unet import UNet, loss, parameters

STEPS, BATCH, LEVELS, LR, ADAM_EPS = 10, 8, 50, 1e-2, 1e-4

# The networks by name; those with a width are of kind mlp, those with a rank of experts, the others UNets.
NETS = {
    "signal_batch": dict(shape=(2, 8), channels=6, multipliers=(1, 3), blocks=1, norm="batch"),
    "signal_group": dict(shape=(3, 16), channels=8, multipliers=(1, 2), blocks=1, norm="group"),
    "image_batch": dict(shape=(1, 8, 6), channels=4, multipliers=(1, 2), blocks=2, norm="batch"),
    "image_instance": dict(shape=(2, 4, 8), channels=4, multipliers=(1, 3), blocks=1, norm="instance"),
    "vector_mlp": dict(shape=(1, 24), width=32, hidden=48, blocks=2, slots=20),
    "image_mlp": dict(shape=(2, 3, 5), width=24, hidden=40, blocks=2, slots=0),
    "vector_gated": dict(shape=(1, 20), width=24, hidden=32, blocks=2, slots=14, gated=40),
    "vector_experts": dict(shape=(1, 20), count=9, rank=5, levels=50),
}


def new(net):
    if "rank" in net:
        return Experts(**net)
    return MLP(**net) if "width" in net else UNet(**net)


def steps(model, x, t, eps):
    """Trains in place and returns the loss of each step."""
    optimizer = torch.optim.Adam(model.parameters(), lr=LR, eps=ADAM_EPS)
    losses = []
    for x, t, eps in zip(x, t, eps):
        optimizer.zero_grad()
        value = loss(model(x, t), eps)
        value.backward()
        optimizer.step()
        losses.append(value.item())
    return losses


def flat(state):
    """All weights and running statistics in one vector."""
    return torch.cat([v.double().flatten() for v in state.values() if v.is_floating_point()])


def main():
    out = pathlib.Path(__file__).parent.parent / "model" / "testdata" / "steps"
    out.mkdir(parents=True, exist_ok=True)
    for seed, (name, net) in enumerate(NETS.items()):
        torch.manual_seed(seed)
        model = new(net)
        init = {k: v.clone() for k, v in model.state_dict().items()}
        x = torch.randn(STEPS, BATCH, *net["shape"])
        t = torch.randint(0, LEVELS, (STEPS, BATCH))
        eps = torch.randn_like(x)
        exact = new(net).double()
        exact.load_state_dict(init)
        steps(exact, x.double(), t, eps.double())
        losses = steps(model, x, t, eps)

        final = model.state_dict()
        arrays = {f"init.{k}": v.numpy() for k, v in init.items()}
        arrays |= {f"final.{k}": v.numpy() for k, v in final.items()}
        arrays |= dict(x=x.numpy(), t=t.numpy().astype(np.float32), eps=eps.numpy(), loss=np.array(losses),
                       lr=np.array(LR), adam_eps=np.array(ADAM_EPS))
        path = out / f"{name}.npz"
        np.savez_compressed(path, **arrays)
        error = (flat(final) - flat(exact.state_dict())).norm() / (flat(final) - flat(init)).norm()
        print(f"{name}: {parameters(model)} parameters, {path.stat().st_size} bytes, "
              f"loss {losses[0]:.4f} to {losses[-1]:.4f}, distance from float64 {error:.1e}")


if __name__ == "__main__":
    main()
