package data

// Spread returns the places of n samples of a split, evenly spaced. Files are often in
// order, an image folder class by class: the first ones would be all of a kind.
func Spread(split Source, n int) []int {
	at := make([]int, n)
	for i := range at {
		at[i] = i * split.Len() / n
	}
	return at
}

// ReadAt fills dst with the samples of a split at the given places, as ReadNormalized
// gives them.
func (s *Set) ReadAt(dst []float64, split Source, at []int) error {
	d := s.Dim()
	for i, k := range at {
		if err := s.ReadNormalized(dst[i*d:][:d], split, k); err != nil {
			return err
		}
	}
	return nil
}
