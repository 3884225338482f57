package single

import (
	"context"
	"fmt"
	"math"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/denoiser"
	"github.com/condmean/condmean/internal/decibel"
	"github.com/condmean/condmean/sched"
)

const (
	// doubtful is how far an SNR that is told may be from what the file looks like, in
	// dB.
	doubtful = 3
	// lookAt is how many pieces the network looks at for a doubt, and lookCalls about how
	// often at each.
	lookAt, lookCalls = 32, 50
	// lookShare is the share of the work of denoising that may go into a doubt.
	lookShare = 0.25
)

// doubt returns a note where the SNR that a file is said to have is far from what auto
// finds, as it is when the file's own power, or the units, are not those that are
// meant. Where only the network could tell, at a cost, it is not asked.
//
// unit is that of the noise level that was told in place of the SNR; "" if none was.
func (f file) doubt(ctx context.Context, p pieces, o denoiser.Options, unit Unit) (string, error) {
	if !f.classical(p) && !f.worth(p, o) {
		return "", nil
	}
	found, err := f.blind(ctx, BlindAuto, p, lookAt)
	switch {
	case configs.IsUsage(err): // it cannot be estimated
		return "", nil
	case err != nil:
		return "", err
	}
	// Beyond the ends of the schedule SNRs are the same to the network.
	s := f.Schedule()
	within := func(db float64) float64 { return min(max(db, s.SNRdB(s.T-1)), s.SNRdB(0)) }
	if !(math.Abs(within(found)-within(o.SNR)) > doubtful) {
		return "", nil
	}
	sigma := func(db float64) float64 { return f.Sigma(db) / math.Sqrt(p.noise()) }
	switch unit {
	case Unit255:
		return fmt.Sprintf("the noise given is σ = %.4g/255, but the file looks like σ = %.4g/255 (by auto); --sigma is in units of 1/255 here", 255*sigma(o.SNR), 255*sigma(found)), nil
	case UnitData:
		return fmt.Sprintf("the noise given is σ = %.4g, but the file looks like σ = %.4g (by auto); --sigma is in the file's own units here", sigma(o.SNR), sigma(found)), nil
	}
	return fmt.Sprintf("the SNR given is %.4g dB, but the file looks like %.4g dB (noise σ = %.4g, by auto); an SNR here is the ratio of %s, and --sigma gives the noise itself", o.SNR, found, sigma(found), f.Reference()), nil
}

// worth tells whether the network's opinion is cheap beside denoising.
func (f file) worth(p pieces, o denoiser.Options) bool {
	calls := 1
	if o.Method.Kind != sched.MethodOneShot.Kind {
		calls = max(o.Method.M, 1) * (f.Schedule().Nearest(decibel.Linear(o.SNR), false) + 1)
	}
	return lookCalls*min(p.count(), lookAt) <= int(lookShare*float64(calls)*float64(p.count()))
}
