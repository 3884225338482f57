package data

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/atomicfile"
	"github.com/condmean/condmean/internal/rng"
)

// content is what the servers of these tests have.
func content() []byte {
	b := make([]byte, 100_000)
	r := rng.New(1, rng.DataTest, 0, 0).Rand()
	for i := range b {
		b[i] = byte(r.Uint64())
	}
	return b
}

func described(name string, b []byte) publicFile {
	sum := sha256.Sum256(b)
	return publicFile{name, int64(len(b)), hex.EncodeToString(sum[:])}
}

// serve starts a server; it returns its address and what tells the ranges asked
// for so far.
func serve(t *testing.T, h http.HandlerFunc) (address string, ranges func() []string) {
	t.Helper()
	var mu sync.Mutex
	var asked []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Header.Get("Range"))
		mu.Unlock()
		if e := r.Header.Get("Accept-Encoding"); e != "identity" {
			t.Errorf("accepts the encoding %q, which would unpack the file", e)
		}
		h(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/", func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(asked)
	}
}

// whole serves content with ranges, as most servers do.
func whole(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "f.gz", time.Time{}, bytes.NewReader(content()))
}

// cut announces all of b from a range's start on, but ends after n bytes.
func cut(w http.ResponseWriter, r *http.Request, n int) {
	b := content()
	var from int
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(b)-1, len(b)))
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(b)-from))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	_, _ = w.Write(b[from:min(from+n, len(b))])
	if from+n < len(b) {
		panic(http.ErrAbortHandler)
	}
}

func TestDownload(t *testing.T) {
	good := content()
	other := slices.Clone(good)
	other[0] ^= 1
	requests := 0
	tests := map[string]struct {
		part   []byte // left from before
		serve  http.HandlerFunc
		ranges []string // asked for
		fails  string
	}{
		"plain": {serve: whole, ranges: []string{""}},
		"redirect": {serve: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/f.gz" {
				http.Redirect(w, r, "/elsewhere/f", http.StatusFound)
				return
			}
			whole(w, r)
		}, ranges: []string{"", ""}},
		"redirect for ever": {serve: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) },
			fails: "stopped after 10 redirects"},
		"goes on from before":   {part: good[:40_000], serve: whole, ranges: []string{"bytes=40000-"}},
		"complete from before":  {part: good, serve: whole},
		"too long from before":  {part: append(slices.Clone(good), 1), serve: whole, ranges: []string{""}},
		"other file before":     {part: other[:40_000], serve: whole, ranges: []string{"bytes=40000-", ""}},
		"broken body":           {serve: func(w http.ResponseWriter, r *http.Request) { cut(w, r, 30_000) }, ranges: []string{"", "bytes=30000-", "bytes=60000-", "bytes=90000-"}},
		"breaks more than ever": {serve: func(w http.ResponseWriter, r *http.Request) { cut(w, r, 13_000) }, ranges: []string{"", "bytes=13000-", "bytes=26000-", "bytes=39000-", "bytes=52000-", "bytes=65000-", "bytes=78000-", "bytes=91000-"}},
		"brings nothing":        {serve: func(w http.ResponseWriter, r *http.Request) { cut(w, r, 0) }, ranges: []string{"", "", "", ""}, fails: "EOF, 4 times in a row"},
		"no ranges": {part: good[:40_000], serve: func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(good) },
			ranges: []string{"bytes=40000-"}},
		"range from elsewhere": {part: good[:40_000], serve: func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", "bytes 0-99999/100000")
				w.WriteHeader(http.StatusPartialContent)
			}
			_, _ = w.Write(good)
		}, ranges: []string{"bytes=40000-", ""}},
		"range refused": {part: good[:40_000], serve: func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return
			}
			_, _ = w.Write(good)
		}, ranges: []string{"bytes=40000-", ""}},
		"wrong checksum": {serve: func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(other) }, ranges: []string{""}, fails: "its SHA-256 is"},
		"too short":      {serve: func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(good[:500]) }, fails: "bytes, 4 times in a row"},
		"too long":       {serve: func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(append(good, 0)) }, ranges: []string{""}, fails: "larger than the 100000 bytes of the original"},
		"404":            {serve: http.NotFound, ranges: []string{""}, fails: "404 Not Found"},
		"403":            {serve: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusForbidden) }, ranges: []string{""}, fails: "403 Forbidden"},
		"503 at first": {serve: func(w http.ResponseWriter, r *http.Request) {
			if requests++; requests < 3 {
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			whole(w, r)
		}, ranges: []string{"", "", ""}},
		"503 always": {serve: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
			ranges: []string{"", "", "", ""}, fails: "503 Service Unavailable, 4 times in a row"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			address, ranges := serve(t, c.serve)
			path := filepath.Join(t.TempDir(), "f.gz")
			if c.part != nil {
				if err := os.WriteFile(path+".part", c.part, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			done := int64(0)
			d := &downloader{client: newClient(), log: slog.New(slog.DiscardHandler), pause: time.Millisecond, stall: time.Minute,
				progress: func(_ string, n, total int64) {
					if done = n; total != 100_000 {
						t.Errorf("progress of %d bytes", total)
					}
				}}
			err := d.fetch(context.Background(), address+"f.gz", described("f.gz", good), path)
			if c.ranges != nil && !slices.Equal(ranges(), c.ranges) {
				t.Errorf("asked for %q, want %q", ranges(), c.ranges)
			}
			got, rerr := os.ReadFile(path)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) || !strings.Contains(err.Error(), address) || strings.Contains(err.Error(), "\n") {
					t.Errorf("error %v; want the address and %q", err, c.fails)
				}
				if rerr == nil {
					t.Error("a file is placed all the same")
				}
				return
			}
			if err != nil || rerr != nil || !bytes.Equal(got, good) {
				t.Fatalf("%d bytes, %v, %v", len(got), err, rerr)
			}
			if _, err := os.Stat(path + ".part"); err == nil {
				t.Error("the partial file stays")
			}
			if len(ranges()) > 0 && done != 100_000 {
				t.Errorf("progress ends at %d bytes", done)
			}
		})
	}
}

func TestDownloadStalls(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	address, ranges := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "" {
			whole(w, r)
			return
		}
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write(content()[:5000])
		w.(http.Flusher).Flush()
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	path := filepath.Join(t.TempDir(), "f.gz")
	d := &downloader{client: newClient(), log: slog.New(slog.DiscardHandler), pause: time.Millisecond, stall: 200 * time.Millisecond, progress: func(string, int64, int64) {}}
	if err := d.fetch(context.Background(), address+"f.gz", described("f.gz", content()), path); err != nil {
		t.Error(err)
	}
	if want := []string{"", "bytes=5000-"}; !slices.Equal(ranges(), want) {
		t.Errorf("asked for %q, want %q", ranges(), want)
	}
}

func TestDownloadCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	address, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100000")
		_, _ = w.Write(content()[:5000])
		w.(http.Flusher).Flush()
		cancel()
		<-r.Context().Done()
	})
	o := testOpener(configs.Data{})
	dir := t.TempDir()
	err := o.download(ctx, publicSet{mirrors: []string{address}}, described("f.gz", content()), dir)
	if !errors.Is(err, context.Canceled) || configs.IsUsage(err) {
		t.Errorf("error %v", err)
	}
	if firstThere(dir, "f.gz") != "" {
		t.Error("a file is placed")
	}
}

func TestMirrors(t *testing.T) {
	bad, _ := serve(t, http.NotFound)
	good, _ := serve(t, whole)
	o, dir := testOpener(configs.Data{}), filepath.Join(t.TempDir(), "new", "folder")
	o.pause = time.Millisecond
	f := described("f.gz", content())
	if err := o.download(context.Background(), publicSet{mirrors: []string{bad, good}}, f, dir); err != nil || firstThere(dir, "f.gz") == "" {
		t.Errorf("the second mirror is not asked: %v", err)
	}
	// Without a network: a port where nobody listens.
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	f.name = "g.gz"
	var log bytes.Buffer
	o.log = slog.New(slog.NewTextHandler(&log, nil))
	err := o.download(context.Background(), publicSet{mirrors: []string{gone.URL + "/", bad}, files: []publicFile{f, {name: "f.gz"}, {name: "h.gz"}}}, f, dir)
	if err == nil || !configs.IsUsage(err) || strings.Contains(err.Error(), "\n") {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"g.gz cannot be downloaded; put g.gz, h.gz into ", dir, "--data", Environment} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %q", err, want)
		}
	}
	if len(err.Error()) > 200+len(dir) || strings.Contains(err.Error(), "http") {
		t.Errorf("error %v is long, or names hosts", err)
	}
	for _, want := range []string{gone.URL + "/g.gz", "404 Not Found", "connection refused"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not name %q:\n%s", want, log.String())
		}
	}
	file := filepath.Join(dir, "f.gz") // no folder can be made below a file
	if err := o.download(context.Background(), publicSet{}, f, file); err == nil || !configs.IsUsage(err) {
		t.Errorf("error %v where the folder cannot be made", err)
	}
}

// TestFetchMNIST opens MNIST from an empty folder: every file is downloaded
// once.
func TestFetchMNIST(t *testing.T) {
	address, ranges := serve(t, http.FileServer(http.Dir("testdata/mnist")).ServeHTTP)
	o := testOpener(configs.Data{Kind: "mnist", Dir: filepath.Join(t.TempDir(), "mnist")})
	set := publicSet{mirrors: []string{address}}
	for _, f := range publicSets()["mnist"].files {
		b, err := os.ReadFile(filepath.Join("testdata/mnist", f.name))
		if err != nil {
			t.Fatal(err)
		}
		set.files = append(set.files, described(f.name, b))
	}
	o.sets = map[string]publicSet{"mnist": set}
	for range 2 {
		f, err := o.files(context.Background())
		if err != nil || f.train.Len() != 200 || f.test.Len() != 60 {
			t.Fatal(err)
		}
	}
	if len(ranges()) != 4 {
		t.Errorf("%d downloads of 4 files", len(ranges()))
	}
}

// TestFetchCIFAR unpacks the archive, downloaded or put there by hand.
func TestFetchCIFAR(t *testing.T) {
	var b bytes.Buffer
	archive := tar.NewWriter(&b)
	add := func(name string, body []byte) {
		if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(body)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		body, err := os.ReadFile(filepath.Join("testdata/cifar10", cifarBatch(i%2+1)))
		if err != nil {
			t.Fatal(err)
		}
		add("cifar-10-batches-bin/"+cifarBatch(i+1), body)
	}
	body, err := os.ReadFile("testdata/cifar10/test_batch.bin")
	if err != nil {
		t.Fatal(err)
	}
	add("cifar-10-batches-bin/readme.html", []byte("hello"))
	add("../../"+cifarTest, body) // lands in the folder nevertheless
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	packed := gzipped(b.Bytes())
	file := described("cifar-10-binary.tar.gz", packed)
	address, ranges := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(packed) })
	open := func(dir string, batches ...int) (files, error) {
		o := testOpener(configs.Data{Kind: "cifar10", Dir: dir, Batches: batches})
		set := publicSets()["cifar10"]
		set.mirrors, set.files = []string{address}, []publicFile{file}
		o.sets = map[string]publicSet{"cifar10": set}
		o.pause = time.Millisecond
		return o.files(context.Background())
	}
	dir := t.TempDir()
	for range 2 {
		if f, err := open(dir); err != nil || f.train.Len() != 3*20+2*12 || f.test.Len() != 12 || f.name != "CIFAR-10" {
			t.Fatalf("%s: %v", f.name, err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.gz*")); err != nil || len(left) > 0 || len(ranges()) != 1 {
		t.Errorf("%v stays after %d downloads", left, len(ranges()))
	}
	if f, err := open(dir, 3, 5); err != nil || f.train.Len() != 40 || !strings.Contains(f.name, "[3 5]") {
		t.Errorf("batches 3 and 5: %s, %v", f.name, err)
	}
	// By hand: the archive stays, and a wrong one is refused.
	byHand := t.TempDir()
	copyTo := filepath.Join(byHand, file.name)
	if err := os.WriteFile(copyTo, packed[:len(packed)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := open(byHand); err == nil || !strings.Contains(err.Error(), copyTo+": its SHA-256 is") {
		t.Errorf("error %v for a damaged archive", err)
	}
	if err := os.WriteFile(copyTo, packed, 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := open(byHand, 1); err != nil || f.train.Len() != 20 || len(ranges()) != 1 || firstThere(byHand, file.name) == "" {
		t.Errorf("archive by hand: %v after %d downloads", err, len(ranges()))
	}
}

func TestWriteAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := atomicfile.WriteFunc(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "half of the n")
		return errors.Join(err, errBroken)
	})
	b, rerr := os.ReadFile(path)
	if !errors.Is(err, errBroken) || rerr != nil || string(b) != "old" {
		t.Errorf("%q after a failure: %v, %v", b, err, rerr)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}
