package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// maxChunks is how many chunks a PNG may have. Encoders pack 4 kB or more into
// each; the decoder takes some for every one.
const maxChunks = 1 << 16

// pngOrientation walks over the chunks of a PNG file. It returns what its eXIf
// chunk says, which may also follow the pixels, and an error if the file has more
// chunks than any picture needs. Of other faults the decoder will tell.
func pngOrientation(c *cursor) (orientation, error) {
	found := upright
	c.skip(int64(len(pngSignature)))
	for range maxChunks {
		b, ok := c.next(8)
		if !ok {
			return found, nil
		}
		n := int64(binary.BigEndian.Uint32(b))
		switch string(b[4:]) {
		case "acTL":
			return found, errors.New("the PNG is animated; split it into its frames")
		case "eXIf":
			found = readOrientation(c.section(n))
		case "IEND":
			return found, nil
		}
		c.skip(n + 4) // and the checksum
	}
	return found, fmt.Errorf("the image has more than %d chunks", maxChunks)
}
