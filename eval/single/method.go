package single

import "github.com/condmean/condmean/sched"

// method returns the method that is asked for, or else the one that the training
// found best, and says why.
func (f *Files) method() (m sched.Method, why string) {
	if f.o.Options.Method != (sched.Method{}) {
		return f.o.Options.Method, ""
	}
	if r, ok := f.d.Recommended(); ok {
		if m, err := sched.ParseMethod(r.Method); err == nil {
			return m, r.Reason()
		}
	}
	return sched.MethodMean, "the default"
}
