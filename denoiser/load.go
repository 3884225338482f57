package denoiser

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/condmean/condmean/checkpoint"
	"github.com/condmean/condmean/checkpoint/pretrained"
	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/data"
	"github.com/condmean/condmean/device"
	"github.com/condmean/condmean/model"
	"github.com/condmean/condmean/op"
	"github.com/condmean/condmean/sched"
)

// Option changes how Load works.
type Option func(*loading)

// WithThreads sets the number of worker threads; 0, the default, means all
// processors. It never changes results.
func WithThreads(n int) Option { return func(o *loading) { o.threads = n } }

// WithRuntime lets the denoiser work on threads that are there already. Nothing
// else may run on them during its calls, and Close leaves them running.
func WithRuntime(rt *op.Runtime) Option { return func(o *loading) { o.runtime = rt } }

// WithShape gives the shape of one sample, (C,L) or (C,H,W), to weights that do
// not tell it, as early checkpoints do not.
func WithShape(shape ...int) Option {
	return WithShapeOf(func(configs.Config) ([]int, error) { return shape, nil })
}

// WithShapeOf is WithShape by a function of the weights' settings, which is called
// if it must be.
func WithShapeOf(f func(configs.Config) ([]int, error)) Option {
	return func(o *loading) { o.shape = f }
}

// WithSteps sets T of the schedule of an exact predictor; the default is 300.
func WithSteps(t int) Option { return func(o *loading) { o.steps = t } }

// WithRawWeights takes the weights as they were trained; by default it is their
// moving average where there is one.
func WithRawWeights() Option { return func(o *loading) { o.raw = true } }

// WithTold says what files of other libraries do not tell of their network.
func WithTold(told pretrained.Options) Option { return func(o *loading) { o.told = told } }

// WithClip clamps the estimate of the clean sample in each step as the scheduler does
// that a network of another library came with. That is another denoiser than the mean
// chain. Load refuses networks that came with none.
func WithClip() Option { return func(o *loading) { o.clip = true } }

// WithDevice lets a device run the network, which stays its owner's and must be
// open until the denoiser is closed; nil means the CPU.
func WithDevice(d device.Device) Option { return func(o *loading) { o.device = d } }

// loading is what the options settle.
type loading struct {
	threads int
	runtime *op.Runtime
	device  device.Device
	shape   func(configs.Config) ([]int, error)
	steps   int
	raw     bool
	told    pretrained.Options
	clip    bool
}

// batch is how many samples a network takes at a time, at most.
const batch = 500

// Load returns the denoiser that a path names, ready for use:
//
//	runs/mnist-1                 a run folder: its best checkpoint, else the latest
//	runs/mnist-1/checkpoints/…   one checkpoint folder
//	gmm64                        built-in weights, see checkpoint.Builtins
//	mnist.safetensors            weights that were exported with their settings
//	gmm:FILE.npz                 the exact predictor of the mixture in a file, on the
//	                             paper's linear schedule
//
//	ddpm-cifar10-32              a folder of diffusers, or a .pt of another library
//
// and run folders of the paper's published code. Errors begin with the path. They
// are a [configs.UsageError] where the path or an option is wrong or the weights
// do not suit their settings, with a [checkpoint.DamagedError] in it where files
// were altered. Close the denoiser to end its threads.
func Load(path string, options ...Option) (d *Denoiser, err error) {
	var o loading
	for _, option := range options {
		option(&o)
	}
	rt := o.runtime
	if rt == nil {
		if rt, err = op.NewRuntime(o.threads); err != nil {
			return nil, &configs.UsageError{Err: err}
		}
		defer func() {
			if err != nil {
				rt.Close()
			} else {
				d.runtime = rt
			}
		}()
	}
	open := o.network
	if strings.HasPrefix(path, ExactPrefix) {
		open = o.exact
	}
	if d, err = open(rt, path); err != nil {
		return nil, classify(path, err)
	}
	return d, nil
}

// classify says which path an error is about and whose it is to mend.
func classify(path string, err error) error {
	if !strings.HasPrefix(err.Error(), path+": ") {
		err = fmt.Errorf("%s: %w", path, err)
	}
	if configs.IsUsage(err) || errors.Is(err, context.Canceled) {
		return err
	}
	return &configs.UsageError{Err: err}
}

// network loads trained weights.
func (o *loading) network(rt *op.Runtime, path string) (*Denoiser, error) {
	im, err := checkpoint.Import(path, checkpoint.Told(o.told))
	switch {
	case err != nil:
		return nil, err
	case o.steps != 0:
		return nil, errors.New("a network's schedule is that of its training: the number of steps cannot be set")
	case im.Config == nil:
		return nil, errors.New("these weights do not tell their settings; convert them first: convert --config CONFIG --shape C,H,W IN OUT")
	case im.Sample == nil && o.shape == nil:
		return nil, errors.New("this early checkpoint does not tell the shape of a sample; give it by denoiser.WithShape")
	case im.Sample == nil:
		if im.Sample, err = o.shape(*im.Config); err != nil {
			return nil, err
		}
	}
	if im.EMA != nil && !o.raw {
		im.Weights = im.EMA
	}
	if _, err := im.Fit(nil, false); err != nil {
		return nil, err
	}
	net, err := model.From(rt, im.Config.Model, im.Sample, checkpoint.Tensors(im.Weights))
	if err != nil {
		return nil, err
	}
	norm, err := data.NormFromVectors(im.Norm, net.Dim())
	if err != nil {
		return nil, err
	}
	if err := net.RunOn(o.device); err != nil {
		return nil, err
	}
	predictor := model.NewPredictor(net, batch)
	d, err := New(*im.Config, predictor, im.Sample, norm)
	if err != nil {
		return nil, err
	}
	if o.clip {
		clip, known := im.Origin.Clip()
		switch {
		case !known:
			return nil, errors.New("it came with no scheduler that would say how to clip")
		case !clip.Sample:
			im.Notes = append(im.Notes, "the scheduler that the network came with does not clip")
		default:
			d.clip = clip.Range
			d.predictor = sched.Clip(d.predictor, clip.Range)
		}
	}
	d.release = func() error {
		predictor.Close()
		return net.RunOn(nil)
	}
	d.source, d.step, d.advice, d.notes = im.From, im.Step, im.Recommended, im.Notes
	print, known, err := data.FingerprintFrom(im.Data)
	if known {
		d.print = &print
	}
	return d, err
}
