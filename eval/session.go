package eval

import (
	"cmp"
	"context"
	"io"
	"regexp"
	"runtime"

	"github.com/condmean/condmean/dist"
	"github.com/condmean/condmean/eval/report"
	"github.com/condmean/condmean/internal/par"
	"github.com/condmean/condmean/internal/progress"
)

// session is one evaluation: a request, its finished parts and its progress.
type session struct {
	*Request
	journal  *journal
	progress *progress.Display // counts predictor calls, for chains differ in length
	rest     int               // work that progress has not told, calls times samples
	ahead    map[int][][]cell  // of SNRs, by their index, that were estimated along with others
}

// Sweep evaluates a request; progress goes to w.
func Sweep(ctx context.Context, r Request, w io.Writer) (*report.Report, error) {
	return r.evaluate(ctx, nil, w)
}

// evaluate makes the report, part by part.
func (r *Request) evaluate(ctx context.Context, j *journal, w io.Writer) (*report.Report, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	if r.pool == nil {
		threads := r.Threads
		if threads < 1 {
			threads = runtime.GOMAXPROCS(0)
		}
		r.pool = par.New(threads)
		defer func() {
			r.pool.Close()
			r.pool = nil
		}()
	}
	if r.group == nil {
		r.group = dist.Single{}
	}
	list, err := r.estimators(ctx)
	if err != nil {
		return nil, err
	}
	studies := r.studies()
	total := r.sweepCost()
	for _, st := range studies {
		total += st.cost
	}
	s := &session{r, j, progress.New(w, cmp.Or(r.task, "evaluate"), 0, total), 0, map[int][][]cell{}}
	defer s.progress.Close()
	rep := r.newReport(list)
	if err := s.sweep(ctx, list, rep); err != nil {
		return nil, err
	}
	for _, st := range studies {
		if err := st.run(ctx, s, rep); err != nil {
			return nil, err
		}
	}
	return rep, nil
}

// decimals finds those of an SNR that a progress line does without.
var decimals = regexp.MustCompile(`(\.\d\d)\d+`)

// part returns a part of the results from the journal, or else computes it and
// keeps it there. The cost is what moves the progress bar.
func part[T any](s *session, key string, cost int, compute func() (T, error)) (T, error) {
	var v T
	if s.journal.get(key, &v) {
		s.progress.Skip(cost)
		return v, nil
	}
	before := s.progress.Count()
	s.progress.Show(before, decimals.ReplaceAllString(key, "$1"))
	v, err := compute()
	if err != nil {
		return v, err
	}
	s.progress.At(before + cost) // what compute has not told
	return v, s.journal.put(key, v)
}

// newReport returns the report of a request without results.
func (r *Request) newReport(list []estimator) *report.Report {
	rep := &report.Report{Name: r.Name, SNRs: r.SNRs, Ratio: r.Denoiser.Reference(), Clip: r.Denoiser.Clip(), Unscaled: r.Unscaled, Match: string(r.Match), Start: string(r.Start), Convention: r.Convention,
		Steps: r.Denoiser.Schedule().T, Seed: r.Seed, Samples: r.samples(), Shape: r.Denoiser.Shape(), Shrinkage: r.Train.Shrinkage, Image: r.Image}
	if r.DataUnit {
		rep.SigmasData = r.Sigmas
	} else {
		rep.Sigmas = r.Sigmas
	}
	if r.Image != nil {
		rep.Range = r.Image.Range
	}
	for _, e := range list {
		rep.Columns = append(rep.Columns, e.name())
	}
	return rep
}
