// Package configs is described in its doc.go by its owner.
package configs
