// Package model is described in its doc.go by its owner.
package model
