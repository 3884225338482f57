package onnx

import (
	"fmt"
	"io"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/sched"
)

// Opset is the version of the operators that files use; runtimes from 2022 on know
// them (IR version 8).
const Opset = 17

// Denoiser is what a file holds: a network with all that lies between an observation
// in the data's units and its estimate.
type Denoiser struct {
	Network *model.Network
	Config  configs.Config // schedule, target, remapped levels and noise of the training
	Norm    *data.Norm     // nil: samples are normalised as they are
	Method  sched.Method   // MethodOneShot, the default, or MethodMean
}

// Write writes the file. Its inputs are y (N,C,L) or (N,C,H,W), observations in the
// data's units, and snr_db (K), their SNR in dB, one number for all or one a sample;
// its output x is the estimate, of y's shape. N is any number; H and W, or L, are
// as well where the network and the normalisation do not depend on them.
//
// version is that of the program, for the file's own description.
func (d *Denoiser) Write(w io.Writer, version string) error {
	if d.Method.Kind == "" {
		d.Method = sched.MethodOneShot
	}
	if d.Method != sched.MethodOneShot && d.Method != sched.MethodMean {
		return configs.Usagef("an ONNX file denoises by oneshot or mean, not by %s", d.Method)
	}
	f, err := d.file(version)
	if err != nil {
		return err
	}
	b, err := f.marshal()
	if err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func (d *Denoiser) file(version string) (*file, error) {
	l, err := newLevels(d.Config)
	if err != nil {
		return nil, err
	}
	norm := d.Norm
	if norm == nil {
		norm = data.Identity(d.Network.Dim())
	}
	b := newBuilder("denoiser")
	shape, free := d.Network.Shape(), d.anySize(norm)
	dims := []any{"N", shape[0]}
	for i, size := range shape[1:] {
		if free {
			dims = append(dims, []string{"H", "W"}[3-len(shape)+i])
		} else {
			dims = append(dims, size)
		}
	}
	e := &estimator{builder: b, network: d.Network, levels: l, norm: norm, shape: shape, dims: dims, free: free}
	if err := e.build(d.Method); err != nil {
		return nil, err
	}
	b.graph.inputs = []port{
		{name: "y", elem: float32Type, dims: dims, doc: "observations x + n in the data's units"},
		{name: "snr_db", elem: float32Type, dims: []any{"K"}, doc: d.describeSNR(norm)},
	}
	b.graph.outputs = []port{{name: "x", elem: float32Type, dims: dims, doc: "estimates, in the data's units"}}
	b.graph.doc = fmt.Sprintf("%s, a diffusion model with %d levels, as a denoiser by the method %s.", d.Config.Name, l.schedule.T, d.Method)
	return &file{irVersion: 8, opset: Opset, producer: "condmean", version: version, doc: b.graph.doc, graph: b.graph,
		metadata: []attribute{{"method", d.Method.String()}, {"levels", fmt.Sprint(l.schedule.T)},
			{"snr_db_top", fmt.Sprint(l.schedule.SNRdB(0))}, {"snr_db_bottom", fmt.Sprint(l.schedule.SNRdB(l.schedule.T - 1))}}}, nil
}

// describeSNR says what the SNR is relative to.
func (d *Denoiser) describeSNR(n *data.Norm) string {
	scale := "the normalisation's scale of each value"
	if len(n.Scale) == 1 {
		scale = fmt.Sprintf("%g", n.Scale[0])
	}
	std := d.Config.Data.NoiseStd()
	unit := scale
	if std != 1 {
		unit += fmt.Sprintf("·%.7g", std)
	}
	return "SNR in dB, one number or one a sample: the noise has the standard deviation " + unit + "/10^(snr_db/20) a real value, in the data's units"
}

// anySize reports whether samples may have any size.
func (d *Denoiser) anySize(n *data.Norm) bool {
	c := d.Network.Config()
	counts := c.Kind == "lucidrains" && c.Lucidrains.DivideValues // the pixels
	first, _ := d.Network.Ends()                                  // a network on vectors has no convolutions
	if first == "" || counts || len(n.Scale) != 1 {
		return false
	}
	perChannel := len(n.Mean) / d.Network.Shape()[0]
	for i, m := range n.Mean {
		if m != n.Mean[i/perChannel*perChannel] {
			return false
		}
	}
	return true
}
