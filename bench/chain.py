"""The reverse chain of the paper, for networks of PyTorch."""
import torch


def denoise(net, betas, y, snr_db, start):
    """The deterministic chain, matched in linear SNR as in the authors' script."""
    snr = 10 ** (snr_db / 10)
    alpha_bar = torch.cumprod(1 - betas.double(), 0)
    t_hat = int(torch.argmin((alpha_bar / (1 - alpha_bar) - snr).abs()))
    x = y * (snr / (1 + snr)) ** 0.5
    for i in range(t_hat if start == "paper" else t_hat - 1, -1, -1):
        eps = net(x, torch.full((len(x),), i))
        beta = float(betas[i])
        x = (x - beta / (1 - float(alpha_bar[i])) ** 0.5 * eps) / (1 - beta) ** 0.5
    return x
