package model

// Checkpoint says whether training steps that are made afterwards keep the inputs and
// outputs of residual and attention blocks alone, and compute what lies between again
// in the backward pass. They need less memory and more time; results are bitwise the
// same.
func (net *Network) Checkpoint(on bool) { net.checkpointing = on }
