"""Draws validation losses of runs over their steps, and tells where the others
reach the last loss of the first.

    python bench/curves.py [--svg FILE] [--key val] LABEL=RUN ...

Needs nothing but Python; the picture is written as SVG by hand.
"""
import argparse
import json
import pathlib

COLOURS = ["#888888", "#1b6ca8", "#c1440e", "#2e8b57", "#7b4fa3", "#b8860b"]
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 400, 60, 150, 20, 45


def curve(run, key):
    """Steps and losses of the validations of a run."""
    lines = (json.loads(line) for line in (pathlib.Path(run) / "metrics.jsonl").read_text().splitlines())
    return [(m["step"], m[key]) for m in lines if key in m]


def draw(curves, key):
    steps = max(s for c in curves.values() for s, _ in c)
    last = [c[-1][1] for c in curves.values()]
    low, high = 0.9 * min(last), 3 * max(last)
    x = lambda s: LEFT + (WIDTH - LEFT - RIGHT) * s / steps
    y = lambda v: TOP + (HEIGHT - TOP - BOTTOM) * (1 - (min(v, high) - low) / (high - low))
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    for i in range(5):
        s, v = steps * i / 4, low + (high - low) * i / 4
        out += [f'<line x1="{x(s):.1f}" y1="{TOP}" x2="{x(s):.1f}" y2="{HEIGHT - BOTTOM}" stroke="#eee"/>',
                f'<line x1="{LEFT}" y1="{y(v):.1f}" x2="{WIDTH - RIGHT}" y2="{y(v):.1f}" stroke="#eee"/>',
                f'<text x="{x(s):.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{s:.0f}</text>',
                f'<text x="{LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{v:.2f}</text>']
    target = last[0]
    out += [f'<line x1="{LEFT}" y1="{y(target):.1f}" x2="{WIDTH - RIGHT}" y2="{y(target):.1f}" stroke="#888" stroke-dasharray="4 4"/>',
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">training step</text>',
            f'<text transform="translate(14 {HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">validation loss ({key})</text>']
    for i, (name, c) in enumerate(curves.items()):
        colour = COLOURS[i % len(COLOURS)]
        points = " ".join(f"{x(s):.1f},{y(v):.1f}" for s, v in c)
        out += [f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>',
                f'<line x1="{WIDTH - RIGHT + 12}" y1="{TOP + 12 + 20 * i}" x2="{WIDTH - RIGHT + 32}" y2="{TOP + 12 + 20 * i}" stroke="{colour}" stroke-width="2"/>',
                f'<text x="{WIDTH - RIGHT + 38}" y="{TOP + 16 + 20 * i}">{name}</text>']
    return "\n".join(out + ["</svg>"]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--svg")
    parser.add_argument("--key", default="val_ema", help="val, or val_ema of the averaged weights")
    parser.add_argument("runs", nargs="+")
    args = parser.parse_args()
    curves = {name: curve(run, args.key) for name, run in (r.split("=", 1) for r in args.runs)}
    target = next(iter(curves.values()))[-1][1]
    for name, c in curves.items():
        reached = next((s for s, v in c if v <= target), None)
        print(f"{name}: {c[-1][1]:.4f} after {c[-1][0]} steps, {target:.4f} reached " + (f"at step {reached}" if reached else "never"))
    if args.svg:
        pathlib.Path(args.svg).write_text(draw(curves, args.key))


if __name__ == "__main__":
    main()
