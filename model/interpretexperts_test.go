package model_test

import "math"

// interpolate reads the table in[0] at the positions in[1].
func interpolate(y *array, in []array) {
	table := in[0].v
	for n, at := range in[1].v {
		at = min(max(at, 0), float64(len(table)-1))
		low := math.Floor(at)
		high := min(int(low)+1, len(table)-1)
		y.v[n] = table[int(low)]*(1-(at-low)) + table[high]*(at-low)
	}
}

// experts is the prediction of op.Experts.
func experts(y *array, in []array) {
	x, rho, u, m, a, b, w := in[0], in[1].v, in[2], in[3], in[4], in[5].v, in[6].v
	k, r, d := u.shape[0], u.shape[1], u.shape[2]
	sigmoid := func(v float64) float64 { return 1 / (1 + math.Exp(-v)) }
	for n := range x.shape[0] {
		clear(y.row(n))
		signal, power := math.Sqrt(sigmoid(rho[n])), sigmoid(-rho[n])
		log, eps := make([]float64, k), make([][]float64, k)
		for e := range k {
			rest := sigmoid(b[e] + rho[n])
			centred := make([]float64, d)
			log[e] = w[e] - float64(d-r)/2*math.Log1p(math.Exp(b[e]+rho[n]))
			for i := range d {
				centred[i] = x.row(n)[i] - signal*m.row(e)[i]
				log[e] -= (1 - rest) * centred[i] * centred[i] / (2 * power)
				eps[e] = append(eps[e], (1-rest)*centred[i]/math.Sqrt(power))
			}
			for j := range r {
				axis, z := u.row(e)[j*d:][:d], 0.0
				for i, c := range centred {
					z += axis[i] * c
				}
				h := sigmoid(a.row(e)[j]+rho[n]) - rest
				log[e] += h*z*z/(2*power) - math.Log1p(math.Exp(a.row(e)[j]+rho[n]))/2
				for i, c := range axis {
					eps[e][i] -= h * z * c / math.Sqrt(power)
				}
			}
		}
		softmax(log)
		for e, weight := range log {
			for i, v := range eps[e] {
				y.row(n)[i] += weight * v
			}
		}
	}
}

// expertsGrad differentiates experts numerically: small networks are all that is asked.
func expertsGrad(y *array, in []array) {
	dy, forward := in[0], in[2:]
	out := zeros(in[1].shape...)
	along := func() float64 {
		experts(&out, forward)
		sum := 0.0
		for i, v := range out.v {
			sum += v * dy.v[i]
		}
		return sum
	}
	difference := func(of array) array {
		const h = 1e-5
		grad := zeros(of.shape...)
		for i, v := range of.v {
			of.v[i] = v + h
			up := along()
			of.v[i] = v - h
			grad.v[i] = (up - along()) / (2 * h)
			of.v[i] = v
		}
		return grad
	}
	copy(y.v, difference(forward[2]).v)
	y.more = map[string]array{"means": difference(forward[3]), "variances": difference(forward[4]), "rest": difference(forward[5]), "weights": difference(forward[6])}
}
