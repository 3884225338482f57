// Package sched is described in its doc.go by its owner.
package sched
