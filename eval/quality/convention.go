package quality

import "fmt"

// Convention says how noise levels are named and images are compared.
type Convention string

const (
	Float Convention = "float" // SNRs in dB; estimates neither clipped nor rounded (default)
	Kair  Convention = "kair"  // noise levels σ/255 on images in [0,1]; estimates clipped and rounded to 8 bits
)

// ParseConvention reads a Convention; "" is Float.
func ParseConvention(s string) (Convention, error) {
	switch c := Convention(s); c {
	case "":
		return Float, nil
	case Float, Kair:
		return c, nil
	}
	return "", fmt.Errorf("%q is unknown, want float or kair", s)
}
