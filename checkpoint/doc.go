// Package checkpoint saves and restores the state of a run: weights, averaged
// weights, optimizer state, normalisation statistics, and whatever else the
// training loop needs to continue bitwise.
//
// A checkpoint is a folder
//
//	step-2000/
//	    manifest.json   format version, program, step, counters, configuration,
//	                    and of every other file size, SHA-256 and tensors
//	    weights.npz     parameters and running statistics, torch names, float32
//	    ema.npz         averaged weights (if the run keeps them)
//	    adapters.npz    low-rank adapters, and the weights they adapt (if any)
//	    optimizer.npz   optimizer state (if any)
//	    norm.npz        normalisation statistics of the data, float64 (if any)
//	    state.json      sections owned by the training loop: RNG key, data
//	                    cursor, best score, early stopping
//
// whose arrays NumPy reads with np.load. Equal snapshots give equal bytes.
//
// # What a fault can do
//
// A checkpoint is written to a temporary folder beside its final place; files
// and folder are synced before it is renamed, the parent folder after. Thus a
// folder named step-N is always complete, whatever was interrupted, and an
// error while saving leaves all earlier checkpoints as they were. On reading
// nothing is believed: sizes are compared before memory is taken, then
// checksums, then names and shapes. A damaged checkpoint is refused with a
// [*DamagedError] that names the file and the last good checkpoint beside it.
//
// # In a run
//
// [Run] is the checkpoints folder of one run. It keeps the newest Keep
// checkpoints, the best and the pinned ones; the small text files latest, best and
// pinned hold folder names and are replaced atomically. A run that goes on from
// an older checkpoint sets the later ones aside ([Run.Rewind]). [Resolve] finds
// the checkpoint that a path given by a user means.
//
// Reading and writing of foreign weight files is in the weights subpackage.
package checkpoint
