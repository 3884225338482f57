// Package pjrt runs StableHLO on a PJRT plugin: the shared library by which XLA
// serves CPUs, NVIDIA GPUs and other devices. It opens the plugin with dlopen and
// calls its table of functions directly, so that it needs no C compiler and no
// headers. It is there with the build tag xla, on Linux and macOS; a program built
// without it links nothing of the kind.
//
// A plugin is code that the process runs: open only one that you trust. Handles of
// a [Client] may be used by several goroutines.
package pjrt
