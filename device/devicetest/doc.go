// Package devicetest opens the device that tests with the build tag xla use.
package devicetest
