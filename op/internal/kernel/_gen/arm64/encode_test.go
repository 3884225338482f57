package main

import "testing"

// TestEncode compares with the words of GNU as 2.40 for the instructions named.
func TestEncode(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want uint32
	}{
		{"fadd v3.4s, v17.4s, v29.4s", three(opFADD, 3, 17, 29), 0x4e3dd623},
		{"fadd v31.4s, v0.4s, v16.4s", three(opFADD, 31, 0, 16), 0x4e30d41f},
		{"fsub v3.4s, v17.4s, v29.4s", three(opFSUB, 3, 17, 29), 0x4ebdd623},
		{"fmul v3.4s, v17.4s, v29.4s", three(opFMUL, 3, 17, 29), 0x6e3dde23},
		{"fdiv v3.4s, v17.4s, v29.4s", three(opFDIV, 3, 17, 29), 0x6e3dfe23},
		{"fmax v3.4s, v17.4s, v29.4s", three(opFMAX, 3, 17, 29), 0x4e3df623},
		{"fmin v3.4s, v17.4s, v29.4s", three(opFMIN, 3, 17, 29), 0x4ebdf623},
		{"fsqrt v3.4s, v17.4s", two(opFSQRT, 3, 17), 0x6ea1fa23},
		{"fneg v3.4s, v17.4s", two(opFNEG, 3, 17), 0x6ea0fa23},
		{"frintn v3.4s, v17.4s", two(opFRINTN, 3, 17), 0x4e218a23},
		{"fcvtzs v3.4s, v17.4s", two(opFCVTZS, 3, 17), 0x4ea1ba23},
		{"sshr v3.4s, v17.4s, #1", rightShift(opSSHR, 3, 17, 1), 0x4f3f0623},
		{"fmla v3.4s, v17.4s, v29.s[0]", byElement(opFMLAE, 3, 17, 29, 0), 0x4f9d1223},
		{"fmla v3.4s, v17.4s, v29.s[1]", byElement(opFMLAE, 3, 17, 29, 1), 0x4fbd1223},
		{"fmla v3.4s, v17.4s, v29.s[2]", byElement(opFMLAE, 3, 17, 29, 2), 0x4f9d1a23},
		{"fmla v30.4s, v1.4s, v2.s[3]", byElement(opFMLAE, 30, 1, 2, 3), 0x4fa2183e},
		{"fmla v0.4s, v31.4s, v15.s[2]", byElement(opFMLAE, 0, 31, 15, 2), 0x4f8f1be0},
	} {
		if c.got != c.want {
			t.Errorf("%s is %#08x, want %#08x", c.name, c.got, c.want)
		}
	}
}
