"""The UNet2DModel of diffusers at the sizes of google/ddpm-cifar10-32 (35.7 million
parameters), for compare.py. Needs diffusers.
"""
import torch
from torch import nn

NETS = {"ddpm-cifar10": {"shape": (3, 32, 32)}}

CONFIG = dict(
    sample_size=32, in_channels=3, out_channels=3, center_input_sample=False, time_embedding_type="positional",
    freq_shift=1, flip_sin_to_cos=False, down_block_types=("DownBlock2D", "AttnDownBlock2D", "DownBlock2D", "DownBlock2D"),
    up_block_types=("UpBlock2D", "UpBlock2D", "AttnUpBlock2D", "UpBlock2D"), block_out_channels=(128, 256, 256, 256),
    layers_per_block=2, mid_block_scale_factor=1, downsample_padding=0, act_fn="silu", attention_head_dim=None,
    norm_num_groups=32, norm_eps=1e-6)


class DDPM(nn.Module):
    """The network as a function of images and levels."""

    def __init__(self, shape):
        from diffusers import UNet2DModel
        super().__init__()
        self.shape = shape
        self.net = UNet2DModel(**CONFIG)

    def forward(self, x: torch.Tensor, t: torch.Tensor):
        return self.net(x, t, return_dict=False)[0]
