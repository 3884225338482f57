"""Writes events.golden with TensorBoard's own messages and record writer.

Run:  python3 make.py             (pip install tensorboard)

With a folder as argument it prints instead what TensorBoard reads there: the
steps and values of every scalar, as JSON.
"""

import json
import os
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

if len(sys.argv) > 1:
    a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0})
    a.Reload()
    out = {tag: [[e.step, e.value] for e in a.Scalars(tag)] for tag in a.Tags()["scalars"]}
    out.update({tag: [[e.step, e.width, e.height] for e in a.Images(tag)] for tag in a.Tags()["images"]})
    print(json.dumps(out, sort_keys=True))
    sys.exit()

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
