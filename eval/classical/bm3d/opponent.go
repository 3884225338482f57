package bm3d

import "math"

// opponentNorm is the standard deviation of white noise of unit variance in the
// channels that opponent makes.
var opponentNorm = [3]float64{math.Sqrt(1. / 3), math.Sqrt(1. / 2), math.Sqrt(3. / 8)}

// opponent returns the luminance and two differences of colours:
//
//	Y = (R+G+B)/3, U = (R-B)/2, V = (R-2G+B)/4.
func opponent(rgb []plane) []plane {
	y, u, v := newPlane(rgb[0].h, rgb[0].w), newPlane(rgb[0].h, rgb[0].w), newPlane(rgb[0].h, rgb[0].w)
	for i, r := range rgb[0].x {
		g, b := rgb[1].x[i], rgb[2].x[i]
		y.x[i], u.x[i], v.x[i] = (r+g+b)/3, (r-b)/2, (r-2*g+b)/4
	}
	return []plane{y, u, v}
}

// fromOpponent is its inverse.
func fromOpponent(rgb, yuv []plane) {
	for i, y := range yuv[0].x {
		u, v := yuv[1].x[i], yuv[2].x[i]
		rgb[0].x[i], rgb[1].x[i], rgb[2].x[i] = y+u+2*v/3, y-4*v/3, y-u+2*v/3
	}
}
