"""Writes events.golden with TensorBoard's own messages and record writer.

Run:  python3 make.py             (pip install tensorboard)
      python3 make.py RUN         reads a run's folder with TensorBoard's reader

In the second form it compares what TensorBoard finds with metrics.jsonl and
samples/, and exits with 1 unless they hold the same steps and values.
"""

import json
import os
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

if len(sys.argv) > 1:
    a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0})
    a.Reload()
    found = {tag: {e.step: e.value for e in a.Scalars(tag)} for tag in a.Tags()["scalars"]}
    want = {}
    for line in open(os.path.join(sys.argv[1], "metrics.jsonl")):
        m = json.loads(line)
        tags = {"train/loss": m["loss"], "train/lr": m["lr"], "train/grad_norm": m["grad_norm"],
                "speed/steps_per_second": m["steps_per_second"], "speed/data_wait_fraction": m["data_wait_fraction"]}
        if "val" in m:
            tags["val/loss"] = m["val"]
        if "val_ema" in m:
            tags["val/loss_ema"] = m["val_ema"]
        for group in "val_by_snr", "nmse_db":
            tags.update({f"{group}/{db}_dB": v for db, v in m.get(group, {}).items()})
        for tag, v in tags.items():
            want.setdefault(tag, {})[m["step"]] = struct.unpack("f", struct.pack("f", v))[0]
    images = {("" if tag == "samples" else tag + "-") + f"step-{e.step}.png": e.encoded_image_string for tag in a.Tags()["images"] for e in a.Images(tag)}
    folder = os.path.join(sys.argv[1], "samples")
    pictures = {n: open(os.path.join(folder, n), "rb").read() for n in os.listdir(folder)} if os.path.isdir(folder) else {}
    print(f"{len(found)} scalars of {sum(map(len, found.values()))} values, {len(images)} images;",
          "the same as" if (same := found == want and images == pictures) else "OTHER THAN", "in the run's files")
    sys.exit(not same)

WALL = 1700000000.25
events = [
    Event(wall_time=WALL, file_version="brain.Event:2"),
    Event(wall_time=WALL, step=301, session_log=SessionLog(status=SessionLog.START)),
    Event(wall_time=WALL, step=350, summary=Summary(value=[
        Summary.Value(tag="train/loss", simple_value=0.3),
        Summary.Value(tag="val/loss", simple_value=-1e-7),
    ])),
    Event(wall_time=WALL, step=1 << 40, summary=Summary(value=[
        Summary.Value(tag="samples", image=Summary.Image(height=2, width=300, colorspace=3, encoded_image_string=b"\x89PNG")),
    ])),
]
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "events.golden"), "wb") as f:
    w = RecordWriter(f)
    for e in events:
        w.write(e.SerializeToString(deterministic=True))
    w.flush()
