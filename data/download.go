package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	neturl "net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/foreign"
)

// newClient returns a client that gives up on servers that do not answer.
func newClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = 30 * time.Second
	return &http.Client{Transport: t}
}

// download places a file of a public data set in dir, from the first mirror
// that has it, once its checksum is right.
func (o *opener) download(ctx context.Context, set publicSet, f publicFile, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return configs.Usagef("data: %s is missing, and there is no place to download it to: %w; name a folder by --data or %s", f.name, err, Environment)
	}
	d := &downloader{client: o.client, log: o.log, progress: o.progress, pause: o.pause, stall: time.Minute}
	for _, mirror := range set.mirrors {
		err := d.fetch(ctx, mirror+f.name, f, filepath.Join(dir, f.name))
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("data: download of %s: %w", f.name, ctx.Err())
		}
		o.log.Warn("download failed", "address", mirror+f.name, "error", err)
	}
	// The warnings say what went wrong where.
	names := []string{f.name}
	for _, other := range set.files {
		if other.name != f.name && firstThere(dir, other.name) == "" {
			names = append(names, other.name)
		}
	}
	return configs.Usagef("data: %s cannot be downloaded; put %s into %s, or name the folder that has them by --data or %s",
		f.name, strings.Join(names, ", "), foreign.Name(dir), Environment)
}

// downloader fetches files. What has arrived stays in NAME.part, so that an
// interrupted download goes on where it ended, even in another run.
type downloader struct {
	client   *http.Client
	log      *slog.Logger
	progress Progress
	pause    time.Duration // before the first new attempt; doubles each time
	stall    time.Duration // a body that brings nothing for so long is given up
}

// attempts is how often in a row a server may fail without bringing a byte.
const attempts = 4

// passing is a failure that may be gone at the next attempt.
type passing struct {
	error
	after time.Duration // the server asks to wait so long
}

func (p *passing) Unwrap() error { return p.error }

// fetch places the file at path.
func (d *downloader) fetch(ctx context.Context, url string, f publicFile, path string) error {
	part := path + ".part"
	d.log.Info("downloading", "address", url, "to", path)
	pause := d.pause
	for failed := 0; ; {
		had := sizeOf(part)
		err := d.receive(ctx, url, f, part)
		if err == nil {
			if err = verify(part, f); err == nil {
				return os.Rename(part, path)
			}
			// A file that was put together from two downloads may be two versions
			// of it: try once more from the start.
			if err = errors.Join(err, os.Remove(part)); had > 0 {
				err = &passing{error: err}
			}
		}
		var p *passing
		if !errors.As(err, &p) {
			return fmt.Errorf("%s: %w", url, oneLine(err))
		}
		if failed++; sizeOf(part) > had {
			failed, pause = 1, d.pause
		}
		if failed == attempts {
			return fmt.Errorf("%s: %w, %d times in a row", url, oneLine(err), attempts)
		}
		d.log.Warn("download interrupted", "address", url, "error", err)
		select {
		case <-time.After(max(pause, p.after)):
			pause *= 2
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// receive completes part by one request.
func (d *downloader) receive(ctx context.Context, url string, f publicFile, part string) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept-Encoding", "identity") // the files are compressed, and stay so
	from := sizeOf(part)
	if from == f.size {
		return nil
	}
	if from > 0 && from < f.size {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	resp, err := d.client.Do(req)
	if err != nil {
		var u *neturl.Error // repeats the address
		if errors.As(err, &u) {
			err = u.Err
		}
		// Where there is no network at all, waiting helps nobody.
		var op *net.OpError
		if errors.Is(err, io.EOF) || errors.As(err, &op) && op.Op != "dial" {
			return &passing{error: err}
		}
		return err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	mode := os.O_APPEND
	switch resumed := strings.HasPrefix(resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", from)); {
	case resp.StatusCode == http.StatusPartialContent && resumed:
	case resp.StatusCode == http.StatusOK:
		mode, from = os.O_TRUNC, 0
	case resp.StatusCode == http.StatusPartialContent, resp.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return &passing{error: errors.Join(fmt.Errorf("the server cannot go on from byte %d", from), os.Remove(part))}
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusRequestTimeout:
		return &passing{errors.New(resp.Status), retryAfter(resp)}
	default:
		return errors.New(resp.Status)
	}
	w, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|mode, 0o644)
	if err != nil {
		return err
	}
	stalled := time.AfterFunc(d.stall, func() { cancel(fmt.Errorf("nothing arrived for %v", d.stall)) })
	defer stalled.Stop()
	body := &watched{r: io.LimitReader(resp.Body, f.size-from+1), saw: func(n int) {
		stalled.Reset(d.stall)
		from += int64(n)
		d.progress("downloading "+f.name, from, f.size)
	}}
	_, failure := io.Copy(w, body)
	if err := errors.Join(w.Sync(), w.Close()); err != nil {
		return err
	}
	switch {
	case from > f.size:
		return errors.Join(fmt.Errorf("the file there is larger than the %d bytes of the original", f.size), os.Remove(part))
	case body.err != nil && context.Cause(ctx) != nil:
		return &passing{error: context.Cause(ctx)}
	case body.err != nil, failure == nil && from < f.size:
		return &passing{error: fmt.Errorf("the connection ended after %d of %d bytes", from, f.size)}
	}
	return failure // of writing
}

// watched reports what is read.
type watched struct {
	r   io.Reader
	saw func(n int)
	err error // of r, but for its end
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if n > 0 {
		w.saw(n)
	}
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// retryAfter returns the seconds a server asks to wait, within reason.
func retryAfter(resp *http.Response) time.Duration {
	s, err := strconv.Atoi(resp.Header.Get("Retry-After"))
	if err != nil || s < 0 {
		return 0
	}
	return min(time.Duration(s), 30) * time.Second
}

// verify compares size and checksum with the original's.
func verify(path string, f publicFile) error {
	return withFile(path, func(r *os.File, size int64) error {
		h := sha256.New()
		if _, err := io.Copy(h, r); err != nil {
			return err
		}
		if sum := hex.EncodeToString(h.Sum(nil)); sum != f.sha256 {
			return fmt.Errorf("its SHA-256 is %s, not the %s of the original; it has %d bytes, the original %d", sum, f.sha256, size, f.size)
		}
		return nil
	})
}

// sizeOf returns the size of a file, 0 if there is none.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// oneLine keeps messages of joined errors on one line.
func oneLine(err error) error {
	if !strings.Contains(err.Error(), "\n") {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
}
