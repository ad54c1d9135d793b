#!/usr/bin/env python3
"""Gatun beside PyTorch on one device, batch about batch in one run.

    benchmarks/gpu/compare.py [--device cuda] [BENCH...] [options of ./gatun bench]

needs PyTorch for this Python, and starts ./gatun bench, which starts this program again (--worker) for PyTorch's part. The worker reads
one command a line, "prepare BENCH CASE WARM-UP-SECONDS BATCH-SECONDS" with tabs between them, "batch" or "end", and answers each with
one line that begins with "@bench ".
"""

import glob
import importlib.util
import math
import os
import re
import sys
import time

MARK = "@bench "
SIDE = 4096


def cublaslt():
    """The cuBLASLt that PyTorch brings along, if it does: both sides multiply by the same one."""
    nvidia = importlib.util.find_spec("nvidia")
    folders = list(nvidia.submodule_search_locations or []) if nvidia else []
    found = [f for folder in folders for f in glob.glob(os.path.join(folder, "*", "lib", "libcublasLt.so.*"))]
    return found[0] if found else None


def drive(arguments):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    command = [os.path.join(root, "gatun"), "bench", "--peer", "pytorch"]
    if not any(a == "--device" or a.startswith("--device=") for a in arguments):
        command += ["--device", "cuda"]
    os.environ["PYTHON"] = sys.executable
    library = cublaslt()
    if library:
        os.environ.setdefault("GATUN_CUBLASLT", library)
    os.execv(command[0], command + arguments)


def sizes(name):
    return [int(n) for n in name.split(" ")[0].split("x")]


def number(name, letter):
    return int(re.search(r"\b%s(\d+)" % letter, name).group(1))


class Library:
    """The cases in PyTorch, eager, as its users write them."""

    def __init__(self, torch, device):
        self.torch = torch
        self.device = torch.device(device)
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = True

    def normal(self, *shape, dtype=None):
        return self.torch.randn(*shape, device=self.device).to(dtype or self.torch.float32)

    def complete(self):
        if self.device.type == "cuda":
            self.torch.cuda.synchronize()

    def backward(self, forward, leaves):
        for leaf in leaves:
            leaf.requires_grad_(True)
        y = forward()
        cotangent = self.torch.randn_like(y)
        return lambda: self.torch.autograd.grad(y, leaves, cotangent, retain_graph=True)

    def prepare(self, bench, name):
        """What to call, and how much work a call is, in units of a table's value; None when it is no case for PyTorch."""
        torch = self.torch
        functional = torch.nn.functional
        if bench in ("gemm", "gemm16"):
            m, k, n = sizes(name)
            dtype = getattr(torch, name.split(" ")[1]) if bench == "gemm16" else torch.float32
            a, b = self.normal(m, k, dtype=dtype), self.normal(k, n, dtype=dtype)
            return lambda: a @ b, 2e-9 * m * k * n
        if bench == "mem":
            return self.memory(name)
        if bench == "cache":
            count, op = int(name.split(" ")[0]), name.split(" ")[1]
            a, b = self.normal(count), self.normal(count)
            if op == "add":
                return lambda: a + b, 12e-9 * count
            return lambda: getattr(torch, op)(a), 8e-9 * count
        if bench == "reduce":
            x = self.normal(SIDE, SIDE)
            work = {
                "argmax last": (lambda: x.argmax(-1), 8.0 * SIDE),
                "sum first": (lambda: x.sum(0), 4.0 * SIDE),
                "var last": (lambda: x.var(-1), 4.0 * SIDE),
            }
            run, out = work[name]
            return run, (4.0 * SIDE * SIDE + out) * 1e-9
        if bench == "eager":
            return self.eager(name), None
        if bench == "conv":
            s, kernel, outputs = sizes(name), number(name, "k"), number(name, "o")
            x, w = self.normal(*s), self.normal(outputs, s[1], kernel, kernel)
            forward = lambda: functional.conv2d(x, w, padding=kernel // 2)
            work = math.prod(s) * kernel * kernel * outputs * 1e-9
            return (forward, 2 * work) if name.endswith("fwd") else (self.backward(forward, [x, w]), 4 * work)
        if bench == "attention":
            s = sizes(name)
            q, k, v = (self.normal(*s) for _ in range(3))
            forward = lambda: functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            work = s[0] * s[1] * s[2] * s[2] * s[3] * 1e-9
            return (forward, 2 * work) if name.endswith("fwd") else (self.backward(forward, [q, k, v]), 5 * work)
        if bench == "train":
            return self.train(name), number(name, "b")
        return None

    def memory(self, name):
        torch = self.torch
        functional = torch.nn.functional
        large = 4.0 * SIDE * SIDE
        if name.startswith("layer_norm"):
            n = SIDE // 4
            x, w, b = self.normal(SIDE, n), self.normal(n), self.normal(n)
            forward = lambda: functional.layer_norm(x, (n,), w, b)
            if name.endswith("bwd"):
                return self.backward(forward, [x, w, b]), (3 * large / 4 + 3.0 * SIDE) * 1e-9
            return forward, (2 * large / 4 + 2.0 * SIDE) * 1e-9
        x, y = self.normal(SIDE, SIDE), self.normal(SIDE, SIDE)
        out = torch.empty_like(x)
        work = {
            "add": (lambda: torch.add(x, y, out=out), 3 * large),
            "add alloc": (lambda: x + y, 3 * large),
            "relu": (lambda: torch.relu(x), 2 * large),
            "exp": (lambda: torch.exp(x, out=out), 2 * large),
            "gelu tanh": (lambda: functional.gelu(x, approximate="tanh"), 2 * large),
            "gelu erf": (lambda: functional.gelu(x), 2 * large),
            "sum": (lambda: x.sum(), large),
            "mean last": (lambda: x.mean(-1), large + 4.0 * SIDE),
            "softmax": (lambda: torch.softmax(x, -1, out=out), 2 * large),
            "softmax alloc": (lambda: torch.softmax(x, -1), 2 * large),
            "transpose": (lambda: out.copy_(x.t()), 2 * large),
        }
        if name == "softmax bwd":
            return self.backward(lambda: torch.softmax(x, -1), [x]), 3 * large * 1e-9
        run, amount = work[name]
        return run, amount * 1e-9

    def eager(self, name):
        torch = self.torch
        if name == "mlp16 fwdbwd":
            n = torch.nn
            net = n.Sequential(n.Linear(16, 16), n.ReLU(), n.Linear(16, 16), n.ReLU(), n.Linear(16, 16)).to(self.device)
            parameters, x = list(net.parameters()), self.normal(16, 16)
            return lambda: torch.autograd.grad(net(x).sum(), parameters)
        shape = (8, 8) if name.startswith("mm8") else (16,)
        a, b = self.normal(*shape), self.normal(*shape)
        a.requires_grad_(name.endswith("grad"))
        return (lambda: a @ b) if name.startswith("mm8") else (lambda: a + b)

    def train(self, name):
        torch = self.torch
        batch = number(name, "b")
        net, image = self.network(name.split(" ")[0], batch)
        net.to(self.device)
        parameters = list(net.parameters())
        if name.endswith("adam"):
            optimizer = torch.optim.Adam(parameters, lr=1e-6)
        else:
            optimizer = torch.optim.SGD(parameters, lr=1e-6, momentum=0.9)
        classes = 96 if image is None else 10
        x = torch.randint(0, 96, (batch, 128), device=self.device) if image is None else self.normal(*image)
        count = batch * 128 if image is None else batch
        target = torch.randint(0, classes, (count,), device=self.device)

        def step():
            optimizer.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(net(x), target).backward()
            optimizer.step()

        return step

    def network(self, name, batch):
        n = self.torch.nn
        if name == "mlp":
            net = n.Sequential(n.Linear(784, 512), n.ReLU(), n.Linear(512, 256), n.ReLU(), n.Linear(256, 10))
            return net, (batch, 784)
        if name == "lenet":
            net = n.Sequential(
                n.Conv2d(1, 6, 5, padding=2), n.ReLU(), n.MaxPool2d(2), n.Conv2d(6, 16, 5), n.ReLU(), n.MaxPool2d(2), n.Flatten(),
                n.Linear(400, 120), n.ReLU(), n.Linear(120, 84), n.ReLU(), n.Linear(84, 10))
            return net, (batch, 1, 28, 28)
        if name == "resnet8":
            return resnet8(self.torch), (batch, 3, 32, 32)
        return gpt(self.torch), None


def resnet8(torch):
    n = torch.nn

    def convolution(i, o, kernel, stride):
        return n.Conv2d(i, o, kernel, stride=stride, padding=kernel // 2, bias=False)

    class Block(n.Module):
        def __init__(self, i, o, stride):
            super().__init__()
            self.body = n.Sequential(
                convolution(i, o, 3, stride), n.BatchNorm2d(o), n.ReLU(), convolution(o, o, 3, 1), n.BatchNorm2d(o))
            self.shortcut = n.Sequential() if i == o else n.Sequential(convolution(i, o, 1, stride), n.BatchNorm2d(o))

        def forward(self, x):
            return torch.relu(self.body(x) + self.shortcut(x))

    class Mean(n.Module):
        def forward(self, x):
            return x.mean((2, 3))

    return n.Sequential(
        convolution(3, 16, 3, 1), n.BatchNorm2d(16), n.ReLU(), Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2), Mean(),
        n.Linear(64, 10))


def gpt(torch):
    n = torch.nn
    width, heads = 128, 4

    class Block(n.Module):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = n.LayerNorm(width), n.LayerNorm(width)
            self.qkv, self.projection = n.Linear(width, 3 * width), n.Linear(width, width)
            self.widen, self.narrow = n.Linear(width, 4 * width), n.Linear(4 * width, width)

        def forward(self, x):
            parts = [p.unflatten(-1, (heads, -1)).transpose(1, 2) for p in self.qkv(self.norm1(x)).chunk(3, -1)]
            attended = n.functional.scaled_dot_product_attention(*parts, is_causal=True)
            x = x + self.projection(attended.transpose(1, 2).flatten(2, 3))
            return x + self.narrow(n.functional.gelu(self.widen(self.norm2(x))))

    class Gpt(n.Module):
        def __init__(self):
            super().__init__()
            self.tokens, self.positions = n.Embedding(96, width), n.Embedding(128, width)
            self.blocks = n.ModuleList(Block() for _ in range(4))
            self.norm, self.head = n.LayerNorm(width), n.Linear(width, 96, bias=False)

        def forward(self, index):
            x = self.tokens(index) + self.positions(torch.arange(index.shape[1], device=index.device))
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x)).flatten(0, 1)

    return Gpt()


def timed(library, run, calls):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    library.complete()
    return time.perf_counter() - start


def worker(arguments):
    device = arguments[arguments.index("--device") + 1]
    threads = int(arguments[arguments.index("--threads") + 1])
    import torch

    torch.set_num_threads(threads)
    library = Library(torch, device)
    where = torch.cuda.get_device_name(library.device) if library.device.type == "cuda" else device
    answer = lambda text: print(MARK + text, flush=True)
    answer("ready PyTorch %s on %s" % (torch.__version__, where))
    run, work, calls, least = None, None, 1, 0.05
    for line in sys.stdin:
        words = line.rstrip("\n").split("\t")
        if words[0] == "prepare":
            prepared = library.prepare(words[1], words[2])
            if prepared is None:
                answer("cannot")
                continue
            run, work = prepared
            warm_up, least, calls = float(words[3]), float(words[4]), 1
            start, made = time.perf_counter(), 0
            while made < 3 or time.perf_counter() - start < warm_up:
                seconds = timed(library, run, calls)
                made += calls
                calls = max(1, math.ceil(min(calls * 1.1 * least / max(seconds, 1e-9), 8.0 * calls)))
            answer("prepared")
        elif words[0] == "batch":
            seconds = timed(library, run, calls)
            while seconds < least:
                calls = max(calls + 1, math.ceil(min(calls * 1.1 * least / max(seconds, 1e-9), 8.0 * calls)))
                seconds = timed(library, run, calls)
            each = seconds / calls
            answer(repr(each * 1e9 if work is None else work / each))
        else:
            return


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        worker(sys.argv[2:])
    else:
        drive(sys.argv[1:])
