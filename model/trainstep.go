package model

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"

	"github.com/condmean/condmean/op"
)

// TrainStep is a compiled graph of the loss and its gradients for one batch
// size. Fill X, Level, Target and Weight, then Run. Where the runtime has joined a
// group, N is this rank's share of the batch, and loss and gradients are those of all.
type TrainStep struct {
	X      []float32 // (N,C,L) or (N,C,H,W): noisy samples x_t
	Level  []float32 // (N): index t of the noise level
	Target []float32 // like X: what the network should return, ε by default
	Weight []float32 // (N): weight of each sample in the loss, 1 at first

	net       *Network
	trainable []*Tensor
	program   *op.Program
	random    *op.Randomness
	exchange  *op.Exchange // nil: this process has all of the batch
	grads     []*Tensor
	tracked   []*Tensor // num_batches_tracked of batch norms that are not held
}

// NewTrainStep builds the graph in training mode for batches of n samples.
// Loss is "mse" or "l1"; dropout derives from seed and the step. What is held
// (see Hold) costs no work on its gradients. All ranks of the runtime's group, if
// there is one, take the step together.
func (net *Network) NewTrainStep(n int, loss string, seed uint64) (*TrainStep, error) {
	s, outputs, err := net.trainGraph(n, loss, seed, net.checkpointing)
	if err != nil {
		return nil, err
	}
	if s.program, err = op.NewProgram(outputs...); err != nil {
		return nil, err
	}
	return s, nil
}

// TrainGraph returns what NewTrainStep compiles, for another device to run: the
// loss, then the gradients in the order of Trainable. Its leaves are named x, level,
// target and weight, and as the tensors, which share the network's memory. It computes
// nothing twice (see Checkpoint): the device's compiler plans memory itself.
func (net *Network) TrainGraph(n int, loss string) (G.Nodes, error) {
	_, outputs, err := net.trainGraph(n, loss, 0, false)
	return outputs, err
}

func (net *Network) trainGraph(n int, loss string, seed uint64, recompute bool) (*TrainStep, G.Nodes, error) {
	kind, err := op.ParseLoss(loss)
	if err != nil {
		return nil, nil, fmt.Errorf("objective.loss: %w", err)
	}
	if n < 1 {
		return nil, nil, fmt.Errorf("train.batch: %d, want at least 1", n)
	}
	if err := net.arch.checkBatch(n); err != nil {
		return nil, nil, err
	}
	if ranks := net.rt.Group().Size(); n < ranks {
		return nil, nil, fmt.Errorf("train.batch: %d samples cannot be shared by %d processes; want one for each", n, ranks)
	}
	b := newBuilder(net, op.Train)
	b.share, n = net.rt.Share(n)
	b.random.Seed, b.random.First = seed, b.share.First
	s := &TrainStep{net: net, random: b.random,
		X: make([]float32, n*net.Dim()), Level: make([]float32, n), Target: make([]float32, n*net.Dim()), Weight: make([]float32, n)}
	fill(s.Weight, 1)
	shape := append([]int{n}, net.shape...)
	x := op.NewInput(b.g, "x", s.X, shape...)
	level := op.NewInput(b.g, "level", s.Level, n)
	target := op.NewInput(b.g, "target", s.Target, shape...)
	weight := op.NewInput(b.g, "weight", s.Weight, n)

	pred := net.arch.forward(b, x, level)
	lossNode := b.do(func() (*G.Node, error) { return op.NewShareLoss(net.rt, kind, b.share, pred, target, weight) })
	if b.err != nil {
		return nil, nil, b.err
	}
	s.trainable = net.Trainable()
	if len(s.trainable) == 0 {
		return nil, nil, errors.New("model: all parameters are held; there is nothing to train")
	}
	leaves := make(G.Nodes, len(s.trainable))
	values := 0
	for i, t := range s.trainable {
		leaves[i] = b.param(t.Name)
		values += len(t.Data)
	}
	var o op.GradOptions
	if net.rt.Group().Size() > 1 {
		s.exchange = op.NewExchange(net.rt, values)
		o.Then = s.exchange.Add
	}
	if recompute {
		o.Segments = b.segments
	}
	grads, err := op.GradWith(net.rt, lossNode, o, leaves...)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range net.buffers {
		if len(t.Shape) == 0 && !net.held[t.Name] {
			s.tracked = append(s.tracked, t)
		}
	}
	return s, append(G.Nodes{lossNode}, grads...), nil
}

// Run computes the loss and its gradients for the batch, and moves the running
// statistics of batch norms. Dropout is a function of the step.
func (s *TrainStep) Run(step uint64) (loss float64, err error) {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	if s.net.predictors > 0 {
		return 0, fmt.Errorf("model: training step %d: %w", step, errOpen)
	}
	s.random.Step = step
	if err := s.program.Run(); err != nil {
		return 0, fmt.Errorf("model: training step %d: %w", step, err)
	}
	for _, t := range s.tracked {
		t.Data[0]++
	}
	loss = float64(s.program.Output(0)[0])
	if s.exchange == nil {
		return loss, nil
	}
	if err := s.exchange.Wait(); err != nil {
		return 0, fmt.Errorf("model: training step %d: %w", step, err)
	}
	sum := []float64{loss}
	if err := s.net.rt.Group().AllReduceSum(sum); err != nil {
		return 0, fmt.Errorf("model: training step %d: %w", step, err)
	}
	return sum[0], nil
}

// Grads returns the gradients of the last Run, aligned with Trainable as it was
// when the step was made. The memory
// is the step's own and is overwritten by the next Run.
func (s *TrainStep) Grads() []*Tensor {
	if s.grads == nil {
		for _, t := range s.trainable {
			s.grads = append(s.grads, &Tensor{Name: t.Name, Shape: t.Shape})
		}
	}
	for i, g := range s.grads {
		g.Data = s.program.Output(i + 1)
	}
	return s.grads
}

// Outputs returns the graph's nodes of the loss and then of the gradients, as
// Grads has them, to be read (see op.Nodes). Its leaves are named x, level, target
// and weight, and as the tensors.
func (s *TrainStep) Outputs() G.Nodes { return s.program.Outputs() }

// Memory returns the bytes of the activations and gradients of one step, as
// the buffer plan has them.
func (s *TrainStep) Memory() int { return s.program.Planned }

// Close releases the compiled graph.
func (s *TrainStep) Close() error { return s.program.Close() }
