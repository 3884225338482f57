//go:build !unix

package train

const noFollow = 0
