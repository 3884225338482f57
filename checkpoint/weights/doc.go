// Package weights reads and writes files of named arrays: NumPy archives
// (.npz), .safetensors, files of torch.save (.pt) and the run folders of the
// paper's published code.
//
// All readers return [Array] values, which remember the element type of the
// file and widen to float32 or float64 on request. Half and bfloat16 widen
// exactly.
//
// # Hostile files
//
// Files come from the network, so no reader trusts one:
//
//   - Every size is compared with the size of the file before memory is taken;
//     archives must not expand beyond a fixed factor or name paths outside.
//   - A pickle is walked over before it is loaded: opcodes, lengths, nesting
//     and the names it refers to must be on closed lists. The names stand for
//     a handful of Go values that build tensors and plain containers, so that
//     nothing from the file can be executed.
//   - Offsets, shapes and strides are checked against the data they point to.
//
// A refusal is one line that says what is wrong with which entry or tensor.
//
// # Names
//
// [Compare] matches the names and shapes of a file with those of a network
// under a [KeyMap] of renaming rules and tells for every tensor what becomes
// of it, before anything is loaded:
//
//	arrays, err := weights.ReadFile("model.pt")
//	…
//	report := weights.Compare(weights.Keys(arrays), target, weights.CommonPrefixes())
//	report.WriteTable(os.Stdout)
//	if err := report.Strict(); err != nil { … }
package weights
