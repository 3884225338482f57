package main

import (
	"io"
	"runtime/debug"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/onnx"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// exportONNX writes the weights as a denoiser that runs elsewhere.
func (o *options) exportONNX(im *checkpoint.Imported, out string) error {
	method, err := sched.ParseMethod(o.method)
	if err != nil {
		return configs.Usagef("--method: %w", err)
	}
	rt, err := op.NewRuntime(1)
	if err != nil {
		return err
	}
	defer rt.Close()
	net, err := model.From(rt, im.Config.Model, im.Sample, checkpoint.Tensors(im.Weights))
	if err != nil {
		return &configs.UsageError{Err: err}
	}
	norm, err := data.NormFromVectors(im.Norm, net.Dim())
	if err != nil {
		return &configs.UsageError{Err: err}
	}
	version := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	d := onnx.Denoiser{Network: net, Config: *im.Config, Norm: norm, Method: method}
	return atomicfile.WriteFunc(out, func(w io.Writer) error { return d.Write(w, version) })
}
