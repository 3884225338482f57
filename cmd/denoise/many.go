package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/eval/single"
	"github.com/condmean/condmean/internal/cli"
	"github.com/condmean/condmean/internal/foreign"
	"github.com/condmean/condmean/internal/progress"
)

// denoiseAll denoises files into a folder, one after the other. What is wrong with
// one does not stop the others; the error at the end names those that failed.
func denoiseAll(ctx context.Context, s cli.Streams, request single.DenoiseOptions, list []job, folder string) (err error) {
	files, err := single.Open(ctx, request)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, files.Close()) }()
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return configs.Usagef("--output: %w", err)
	}
	shown := progress.New(s.Err, "file", 0, len(list))
	defer shown.Close()
	log := cli.Logger(cli.Streams{Err: shown.Above(s.Err)})
	results := s.Out
	if s.Width() > 0 { // the terminal that has the bar
		results = shown.Above(s.Out)
	}
	noted := map[string]bool{}
	var failed []string
	for i, j := range list {
		r, err := files.Denoise(ctx, j.input, j.output, func(done, total int) {
			shown.Show(i, fmt.Sprintf("%s %d/%d", foreign.Name(j.input), done, total))
		})
		switch {
		case ctx.Err() != nil:
			return fmt.Errorf("after %d of %d files: %w", i, len(list), ctx.Err())
		case err != nil:
			failed = append(failed, j.input)
			shown.Skip(1) // it took no time that others will
			log.Error(err.Error())
		default:
			for _, note := range r.Notes {
				if !noted[note] { // once of all files
					log.Warn(note, "file", j.input)
				}
				noted[note] = true
			}
			if _, err := fmt.Fprintln(results, summary(j, r)); err != nil {
				return err
			}
		}
		shown.Show(i+1, "")
	}
	if failed != nil {
		return fmt.Errorf("%d of %d files failed: %s", len(failed), len(list), foreign.Names(failed))
	}
	return nil
}
