"""Races package model against PyTorch: the same networks, one run, in turns.

    python bench/compare.py                          the networks mnist, gmm64 and mlp
    python bench/compare.py --cases . --page main    all benchmarks, into docs/performance.md
    python bench/compare.py --busy 1                 while another process keeps a core busy
    python bench/compare.py --tier avx2              both sides limited to AVX2

A training step is zero_grad, forward, MSE, backward and a step of Adam for a
batch of 128 (or as said below); inference is one prediction of a batch of 128 or 1. All is float32
on random data. The networks are those of unet.NETS and model/bench_test.go:
three of the paper, and `cifar`, 3x32x32 with 32 channels and multipliers
1,2,2,2, whose size is our choice; `mlp`, the gated residual network on 64 values, in
batches of 512; and `ddpm-cifar10`, the UNet2DModel of diffusers at the sizes of
google/ddpm-cifar10-32, in batches of 16, which needs diffusers.

PyTorch runs as installed (eager, as many threads as we have) and tuned: each
setting of TUNED is tried first, and the fastest one takes part. A round runs
every contender once for --seconds; the medians of the rounds are compared. Run
it on an idle machine: another process on one of the cores slows down PyTorch's
threads far more than ours, because OpenMP waits for the slowest one, which would
flatter us. The table says if the machine was busy. --busy makes it so on purpose.

The table counts operations of the direct algorithm (op.FLOP), and relates our rate
to that of a loop of multiply-adds on data in the first cache, measured in the same run
(BenchmarkMul in internal/gemm): Winograd's algorithm can exceed 1. --page NAME puts the
table between the marks <!-- compare NAME --> and <!-- /compare NAME --> of
docs/performance.md.
"""
import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import util

BENCH = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(BENCH)

NETS = {"mnist": 128, "gmm64": 128, "audio": 128, "cifar": 128, "mlp": 512, "ddpm-cifar10": 16}  # by large batch
IMAGES = {"mnist", "cifar", "ddpm-cifar10"}
CASES = [f"TrainStep/{n}" for n in NETS] + [f"Inference/{n}/{b}" for n, large in NETS.items() for b in (large, 1)]

# What is tried for PyTorch beside the settings as installed.
TUNED = {
    "TrainStep": [[], ["fused"], ["channels_last", "fused"], ["compile", "fused"],
                  ["compile", "channels_last", "fused"]],
    "Inference": [[], ["channels_last"], ["trace"], ["compile"], ["compile", "channels_last"],
                  ["one_thread"], ["trace", "one_thread"], ["compile", "one_thread"]],
}
TUNED_ENV = {"OPENBLAS_NUM_THREADS": "1"}

# Environments that limit both sides to an instruction set.
TIERS = {
    "auto": {},
    "avx512": {"CONDMEAN_KERNEL": "avx512"},
    "avx2": {"CONDMEAN_KERNEL": "avx2", "ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2",
             "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
    "generic": {"CONDMEAN_KERNEL": "generic", "ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41",
                "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"},
}


class Torch:
    """A process of torch_worker.py."""

    def __init__(self, case, threads, options, env):
        self.options = options
        if case.startswith("TrainStep"):
            case += f"/{NETS[case.split('/')[1]]}"
        setting = json.dumps({"case": case, "threads": threads, "options": options})
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(BENCH, "torch_worker.py"), setting], env=os.environ | env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.info = json.loads(line) if line.startswith("{") else {"error": "the process died"}

    def time(self, seconds):
        """Milliseconds of an iteration."""
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()

    def __str__(self):
        return " + ".join(self.options) or "eager"


class Go:
    """A benchmark of the test binary of package model."""

    def __init__(self, binary, case, threads, env):
        # Each part of a benchmark's name is matched by itself.
        parts = ["Benchmark" + case.split("/")[0], *case.split("/")[1:]]
        self.command = [binary, "-test.run=^$", "-test.benchmem", f"-test.cpu={threads}",
                        "-test.bench=" + "/".join(f"^{p}$" for p in parts)]
        self.env = os.environ | env
        self.allocated = 0  # bytes an iteration
        self.resident = 0  # bytes, of the process
        self.gflop = 0.0  # an iteration

    def time(self, seconds):
        process = subprocess.Popen([*self.command, f"-test.benchtime={seconds}s"], env=self.env,
                                   cwd=os.path.join(ROOT, "model"), stdout=subprocess.PIPE, text=True)
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.resident = max(self.resident, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
        found = re.search(r"([\d.]+) ns/op", out)
        if not found:
            sys.exit(f"no such benchmark:\n{' '.join(self.command)}\n{out}")
        self.allocated = int(re.search(r"(\d+) B/op", out)[1])
        self.gflop = float(re.search(r"([\d.e+-]+) GFLOP\b(?!/)", out)[1])
        return float(found[1]) / 1e6


class Neighbours:
    """Processes that keep processors busy while they exist."""

    def __init__(self, n):
        spin = "x = 1.0\nwhile True: x = x * 1.0000001 % 7"
        self.processes = [subprocess.Popen([sys.executable, "-c", spin]) for _ in range(n)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for p in self.processes:
            p.kill()
            p.wait()


def multiply_add(folder, threads, tier):
    """GFLOP/s of a loop of multiply-adds with as many threads, 0 where it is not known."""
    binary = os.path.join(folder, "gemm.test")
    subprocess.run(["go", "test", "-c", "-o", binary, "./internal/gemm"], cwd=ROOT, check=True)
    out = subprocess.run([binary, "-test.run=^$", "-test.benchtime=1s", f"-test.bench=^BenchmarkMul$/^threads={threads}$/^float32$/^multiply-add$"],
                         check=True, stdout=subprocess.PIPE, text=True).stdout
    rates = dict(re.findall(r"multiply-add/(\w+?)(?:-\d+)?\s.*?([\d.]+) GFLOP/s", out))
    return float(rates.get(tier) or max(rates.values(), key=float, default=0))


def busy(seconds=0.5):
    """How many processors others keep busy now; 0 where that cannot be told."""

    def ticks():
        with open("/proc/stat") as f:
            return [int(v) for v in f.readline().split()[1:9]]

    try:
        before = ticks()
        time.sleep(seconds)
        used = [b - a for a, b in zip(before, ticks())]
    except OSError:
        return 0.0
    idle = used[3] + used[4]
    return os.cpu_count() * (1 - idle / max(1, sum(used)))


def wait_until_idle(patience):
    """Waits for an idle machine; returns the processors still busy."""
    deadline = time.monotonic() + patience
    while (load := busy()) > 0.2 and time.monotonic() < deadline:
        time.sleep(1)
    return load


def tune(case, threads, env, seconds, compiled):
    """The fastest of the tuned settings, and the time of each of them."""
    kind, net = case.split("/")[:2]
    best, fastest, tried = None, float("inf"), {}
    for options in TUNED[kind]:
        if "channels_last" in options and net not in IMAGES:
            continue
        if "one_thread" in options and (threads == 1 or not case.endswith("/1")):
            continue
        if "compile" in options and not compiled:
            continue
        contender = Torch(case, threads, options, env | TUNED_ENV)
        if "error" in contender.info:
            tried[str(contender)] = "not possible: " + contender.info["error"]
            contender.close()
            continue
        ms = min(contender.time(seconds / 2) for _ in range(2))
        tried[str(contender)] = f"{ms:.3g} ms"
        if ms < fastest:
            contender, best, fastest = best, contender, ms
        if contender:
            contender.close()
    return best, tried


def race(case, args, binary, with_torch):
    """One row: medians by contender, what was tuned, and how busy the machine was."""
    env = TIERS[args.tier]
    contenders = {"go": Go(binary, case, args.threads, env)}
    row = {"case": case, "tried": {}}
    if with_torch:
        installed = Torch(case, args.threads, [], env)
        if "error" in installed.info:
            sys.exit(f"{case}: PyTorch fails: {installed.info['error']}")
        tuned, row["tried"] = tune(case, args.threads, env, args.seconds, not args.no_compile)
        contenders |= {"installed": installed, "tuned": tuned}
        row["torch"], row["setting"] = installed.info, str(tuned)
    row["busy"] = 0.0
    times = {name: [] for name in contenders}
    for i in range(args.rounds):
        row["busy"] = max(row["busy"], 0.0 if args.busy else wait_until_idle(args.patience))
        names = list(contenders)
        for name in names[i % len(names):] + names[:i % len(names)]:  # nobody is always first
            times[name].append(contenders[name].time(args.seconds))
    for name, contender in contenders.items():
        row[name] = times[name]
        if isinstance(contender, Torch):
            contender.close()
    for what in ("allocated", "resident", "gflop"):
        row[what] = getattr(contenders["go"], what)
    return row


def cpu():
    try:
        with open("/proc/cpuinfo") as f:
            found = re.findall(r"^(model name|cpu family|model)\s*:\s*(.*)$", f.read(), re.M)
        name = dict(reversed(found))
        return f"{name['model name']} (family {name['cpu family']}, model {name['model']})"
    except (OSError, KeyError):
        return platform.processor() or platform.machine()


def span(times):
    """Median with the range of the rounds."""
    return f"{statistics.median(times):.3g} ({min(times):.3g}–{max(times):.3g})"


def markdown(rows, args, limit):
    """The table, with all that is needed to judge it."""
    go = subprocess.run(["go", "env", "GOVERSION"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    torch = rows[0].get("torch")
    lines = [f"- CPU: {cpu()}, {args.threads} of {os.cpu_count()} processors used; {platform.system()} {platform.machine()}",
             f"- {go}; kernels: {args.tier}",
             f"- PyTorch {torch['version']} ({torch['capability']}), Python {platform.python_version()}" if torch
             else "- PyTorch is not installed: nothing to compare with. `pip install -r bench/requirements.txt`",
             f"- medians of {args.rounds} rounds of {args.seconds:g} s in turns (fastest–slowest round), in ms"]
    if limit:
        lines.append(f"- a loop of multiply-adds on data in the first cache: {limit:.0f} GFLOP/s")
    if args.busy:
        lines.append(f"- {args.busy} other process{'es' if args.busy > 1 else ''} kept a processor busy all the time, on purpose")
    load = max(r["busy"] for r in rows)
    if load > 0.2:
        lines.append(f"- **The machine was not idle**: others kept up to {load:.1f} processors busy. "
                     "The times are too long, and ratios flatter us: do not quote them.")
    lines += ["", "| benchmark | here | GFLOP | of the loop | resident | PyTorch as installed | ratio | PyTorch tuned | ratio | setting |",
              "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|"]
    for r in rows:
        rate = r["gflop"] / statistics.median(r["go"]) * 1e3
        cells = [r["case"], span(r["go"]), f"{r['gflop']:.3g}", f"{rate / limit:.2f}" if limit else "–", f"{r['resident'] / 1e6:.0f} MB"]
        for name in ("installed", "tuned"):
            if name in r:
                ratio = statistics.median(r[name]) / statistics.median(r["go"])
                cells += [span(r[name]), f"{ratio:.2f}×"]
            else:
                cells += ["–", "–"]
        lines.append("| " + " | ".join([*cells, r.get("setting", "–")]) + " |")
    if torch:
        lines += ["", "Settings tried for PyTorch:", ""]
        lines += [f"- {r['case']}: " + "; ".join(f"{k} {v}" for k, v in r["tried"].items()) for r in rows]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default="mnist|gmm64|mlp", help="regular expression of benchmarks, of " + ", ".join(CASES))
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="threads of every contender")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of one contender in one round")
    parser.add_argument("--tier", choices=TIERS, default="auto", help="instruction set of both sides")
    parser.add_argument("--no-compile", action="store_true", help="leave out torch.compile, which takes minutes")
    parser.add_argument("--patience", type=float, default=30, help="seconds to wait for an idle machine before each round")
    parser.add_argument("--busy", type=int, default=0, help="other processes that keep a processor busy meanwhile")
    parser.add_argument("--page", help="which table of docs/performance.md this is")
    parser.add_argument("--output", help="write the markdown to this file as well")
    args = parser.parse_args()
    cases = [c for c in CASES if re.search(args.cases, c)]
    if not cases or args.rounds < 1 or args.threads < 1 or args.seconds <= 0:
        parser.error("--cases matches no benchmark, or --rounds, --threads or --seconds is not positive")
    with_torch = util.find_spec("torch") is not None
    if not with_torch:
        print("PyTorch is not installed: only the Go side is measured.", file=sys.stderr)
    rows = []
    with tempfile.TemporaryDirectory() as folder, Neighbours(args.busy):
        binary = os.path.join(folder, "model.test")
        subprocess.run(["go", "test", "-c", "-o", binary, "./model"], cwd=ROOT, check=True)
        limit = 0 if args.busy else multiply_add(folder, args.threads, args.tier)
        for case in cases:
            print(case, end=" ", file=sys.stderr, flush=True)
            rows.append(race(case, args, binary, with_torch))
            r = rows[-1]
            print(" ".join(f"{n} {statistics.median(r[n]):.3g} ms" for n in ("go", "installed", "tuned") if n in r),
                  file=sys.stderr)
    text = markdown(rows, args, limit)
    print(text, end="")
    if args.output:
        with open(args.output, "w", encoding="utf-8") as f:
            f.write(text)
    if args.page:
        write_page(args.page, text)


def write_page(name, text):
    """Replaces a table of docs/performance.md by another."""
    path = os.path.join(ROOT, "docs", "performance.md")
    with open(path, encoding="utf-8") as f:
        page = f.read()
    begin, end = f"<!-- compare {name} -->\n", f"<!-- /compare {name} -->"
    if begin not in page or end not in page:
        sys.exit(f"{path} has no marks {begin.strip()} and {end}")
    with open(path, "w", encoding="utf-8") as f:
        f.write(page[:page.index(begin)] + begin + text + page[page.index(end):])


if __name__ == "__main__":
    main()
